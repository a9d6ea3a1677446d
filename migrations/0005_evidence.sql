-- When each batch was on which screens, so that the play of a moment is found at once. A batch has a row for each of its
-- screens, and more where it holds the plays of several days; none is longer than a day.
create table play_reach (
    screen text not null,
    from_at bigint not null,
    to_at bigint not null,
    box text not null,
    log_epoch bigint not null,
    first_seq bigint not null,
    constraint play_reach_pk primary key (screen, from_at, box, log_epoch, first_seq)
);

-- Certificates of boxes as they were signed: evidence that a key is a box's. Boxes have shown theirs at every connection,
-- and only its fingerprint was kept; whoever was paired before this gets a row with the next certificate.
create table box_certificate (
    fingerprint text not null constraint box_certificate_pk primary key,
    box text not null,
    pem text not null,
    until_at bigint not null,
    signed_at bigint not null
);
create index box_certificate_by_box on box_certificate (box);
