-- Whom the box believes: the newest charter, as the root key signed it. One row or none.
create table charter (
    one      integer primary key check (one = 1),
    version  integer not null,
    document text not null
) strict;

-- Assignments have an epoch, as manifests always had.
alter table assignment add column epoch integer not null default 0;

-- When a zone's manifest was heard last, first or again: what was not heard for long may be kept from the box.
alter table manifest add column heard_at integer not null default 0;
