-- The calendar: days that are not what their weekday says, by date and site; the site '' is every site. A row for a site
-- goes before the row for all of the same date.
create table calendar_day (
    date text not null,
    site text not null,
    document text not null,
    constraint calendar_day_pk primary key (date, site)
);
insert into calendar_day (date, site, document) select date, '', document from special_day;
drop table special_day;

-- The years whose official notice was loaded: in the others a plain weekday is a guess, and is told as one.
create table calendar_notice (
    year bigint not null constraint calendar_notice_pk primary key,
    source text not null,
    loaded_at bigint not null
);
