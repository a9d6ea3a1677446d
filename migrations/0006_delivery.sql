-- What a box has on its glass, and since when; which version of the messages it speaks.
alter table box add column applied_version bigint not null default 0;
alter table box add column applied_at bigint;
alter table box add column link_version bigint not null default 1;

-- Screens whose box told that something newer is on its way to the glass, or held up: how far, in the box's own words.
-- A screen that shows what it was told has no row.
create table delivery (
    screen text not null constraint delivery_pk primary key,
    box text not null constraint delivery_box references box (id),
    version bigint not null,
    document text not null
);
create index delivery_by_box on delivery (box);

-- Which zones a publication told: asked whenever somebody looks how far it has come.
create index publication_zone_by_version on publication_zone (version);
