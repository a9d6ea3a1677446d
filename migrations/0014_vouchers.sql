-- Vouchers: what provisioning files let a box be paired by, once, for one screen. The secret is kept as it is: the server has to prove that
-- it knows it, and it is worth nothing once it was used or its time is over. Rows stay, so that anybody can ask who let a box in.
create table voucher (
    id text not null constraint voucher_pk primary key,
    secret text not null,
    screen text not null,
    made_by text not null,
    made_at bigint not null,
    until_at bigint not null,
    used_by text,
    used_at bigint,
    ended_at bigint
);
create index voucher_by_screen on voucher (screen);
