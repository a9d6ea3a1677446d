-- What a box knows when it wakes up. Everything but the files by hash, which lie beside it.

-- Who the box is: what it got when it was paired. One row or none.
create table identity (
    one             integer primary key check (one = 1),
    box             text not null,
    key_pem         text not null,
    certificate_pem text not null,
    authority_pem   text not null,
    publish_key     text not null,
    signing_key     blob not null
) strict;

-- Where its screens hang, as it was signed. One row or none.
create table assignment (
    one       integer primary key check (one = 1),
    version   integer not null,
    body      text not null,
    signature text not null
) strict;

-- The highest manifest ever seen of each zone: a box never goes back.
create table manifest (
    zone      text primary key,
    epoch     integer not null,
    version   integer not null,
    body      text not null,
    signature text not null
) strict;

-- Show parts whose files have all arrived, each from its instant on.
create table edition (
    zone         text not null,
    version      integer not null,
    effective_at integer not null,
    show_hash    text not null,
    primary key (zone, version)
) strict;

-- The clinic part in force.
create table clinic (
    zone    text primary key,
    version integer not null,
    hash    text not null
) strict;

-- Files that cannot be shown.
create table quarantine (
    hash text primary key,
    at   integer not null,
    why  text not null
) strict;

-- No moment before this one is believed. One row or none.
create table time_floor (
    one integer primary key check (one = 1),
    at  integer not null
) strict;

-- A log of plays: one for each identity, and a new one when a log is lost. The youngest of a box is written to.
create table log (
    log_epoch    integer primary key,
    nth          integer not null unique,
    box          text not null,
    begun_at     integer not null,
    acked_seq    integer not null default 0,
    pruned_seq   integer not null default 0,
    pruned_chain blob not null
) strict;

-- Plays that ended, in the text that entered the chain, with the chain value after each.
create table play (
    log_epoch integer not null references log (log_epoch),
    seq       integer not null,
    body      text not null,
    chain     blob not null,
    ended_at  integer not null,
    primary key (log_epoch, seq)
) strict, without rowid;

-- Plays that began and have not ended, one for each screen.
create table open_play (
    screen text primary key,
    body   text not null
) strict;

-- The last play of each screen that ended, so that the same showing is never counted twice.
create table last_play (
    screen     text primary key,
    item       text not null,
    planned_at integer not null
) strict;
