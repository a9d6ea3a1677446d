-- Notices (通知): a few words of the hospital for some places, from one instant until another. Written by one person, let onto the glass
-- by another; rows stay, so that anybody can ask later what was said. `places` names sites and zones as scopes do: `zone:Z04 site:H`.
create table notice (
    id text not null constraint notice_pk primary key,
    places text not null,
    document text not null,
    from_at bigint not null,
    until_at bigint not null,
    made_by text not null,
    made_at bigint not null,
    approved_by text,
    approved_at bigint,
    ended_by text,
    ended_at bigint
);
create index notice_by_end on notice (until_at);
