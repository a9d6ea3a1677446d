-- What people ask of a month, ready: sums of play_hour, added to in the same entry. An item by the hour, a screen by the
-- day of universal time; a report by another wall clock takes the hours at both ends from play_hour.
create table play_item_hour (
    hour bigint not null,
    item text not null,
    plays bigint not null,
    complete bigint not null,
    shown_ms bigint not null,
    planned_ms bigint not null,
    constraint play_item_hour_pk primary key (hour, item)
);
create table play_screen_day (
    day bigint not null,
    screen text not null,
    plays bigint not null,
    complete bigint not null,
    shown_ms bigint not null,
    planned_ms bigint not null,
    constraint play_screen_day_pk primary key (day, screen)
);
insert into play_item_hour (hour, item, plays, complete, shown_ms, planned_ms)
    select hour, item, cast(sum(plays) as bigint), cast(sum(complete) as bigint), cast(sum(shown_ms) as bigint),
    cast(sum(planned_ms) as bigint) from play_hour group by hour, item;
insert into play_screen_day (day, screen, plays, complete, shown_ms, planned_ms)
    select hour / 24, screen, cast(sum(plays) as bigint), cast(sum(complete) as bigint), cast(sum(shown_ms) as bigint),
    cast(sum(planned_ms) as bigint) from play_hour group by hour / 24, screen;

-- A batch as it came, packed; the text itself is in `envelope` where it came before batches were packed, and empty elsewhere.
alter table play_batch add column packed bytea;
