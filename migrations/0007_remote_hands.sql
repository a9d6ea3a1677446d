-- Screens that people took down (立即撤下): one screen, all of a zone, or all of a site; who, when and why. A row without an end
-- holds: those screens show the card that is compiled into the player, whatever their programmes say. Rows stay, so that a
-- report can say why something that was planned was not played.
create table take_down (
    id text not null constraint take_down_pk primary key,
    kind text not null constraint take_down_kind check (kind in ('screen', 'zone', 'site')),
    place text not null,
    account text not null,
    reason text not null,
    from_at bigint not null,
    until_at bigint,
    ended_by text
);
create index take_down_by_time on take_down (from_at);
