-- The house of Anteroom. One text for SQLite and PostgreSQL: instants are milliseconds since 1970 (bigint), documents are
-- JSON as text, hashes are 64 hexadecimal digits. A row with a document keeps beside it only what is asked for.

-- What the server knows about itself: set-up code, counters, the address in the codes.
create table fact (
    name text not null constraint fact_pk primary key,
    value text not null
);

-- People who sign in at the console. A password is kept as an argon2id hash alone.
create table account (
    id text not null constraint account_pk primary key,
    name text not null constraint account_name_once unique,
    display_name text not null,
    role text not null,
    password_hash text not null,
    language text not null,
    made_at bigint not null,
    closed_at bigint
);

-- One signed-in browser. The token itself is in the browser alone; here is its hash.
create table sign_in (
    token_hash text not null constraint sign_in_pk primary key,
    account text constraint sign_in_account references account (id),
    content text not null,
    made_at bigint not null,
    expires_at bigint not null
);
create index sign_in_by_account on sign_in (account);

-- Places, from the city down to the glass.
create table city (code text not null constraint city_pk primary key, document text not null);
create table network (id text not null constraint network_pk primary key, document text not null);
create table site (id text not null constraint site_pk primary key, document text not null);
create table building (
    id text not null constraint building_pk primary key,
    site text not null constraint building_site references site (id),
    document text not null
);
create table zone (
    id text not null constraint zone_pk primary key,
    site text not null constraint zone_site references site (id),
    document text not null
);
create table screen (
    id text not null constraint screen_pk primary key,
    zone text not null constraint screen_zone references zone (id),
    short_code text not null constraint screen_code_once unique,
    document text not null
);
create index screen_by_zone on screen (zone);

-- Boxes: machines with a certificate. A box that was unpaired keeps its row, for its plays name it.
create table box (
    id text not null constraint box_pk primary key,
    certificate_fingerprint text not null constraint box_certificate_once unique,
    signing_key text not null,
    description text not null,
    enrolled_by text not null,
    enrolled_at bigint not null,
    unpaired_at bigint,
    last_seen_at bigint,
    player_version text,
    manifest_version bigint not null default 0,
    assignment_version bigint not null default 0
);
-- Which box lights which screen. Every change of a box's screens raises the version of all its rows, and the box's own,
-- which stays when the last of its screens is taken away.
create table assignment (
    screen text not null constraint assignment_pk primary key constraint assignment_screen references screen (id),
    box text not null constraint assignment_box references box (id),
    version bigint not null
);
create index assignment_by_box on assignment (box);

-- Files of the library, by hash; the bytes lie in the data folder.
create table media_file (
    hash text not null constraint media_file_pk primary key,
    name text not null,
    sort text not null,
    size_bytes bigint not null,
    width_px bigint not null,
    height_px bigint not null,
    duration_ms bigint not null,
    uploaded_by text not null,
    uploaded_at bigint not null
);

-- Items in every version, with where review stands.
create table item (
    id text not null,
    version bigint not null,
    state text not null,
    document text not null,
    made_by text not null,
    made_at bigint not null,
    judged_by text,
    judged_at bigint,
    judgement text,
    constraint item_pk primary key (id, version)
);
create index item_by_state on item (state);

-- Playlists and rules as they stand in the console; they reach a screen by publishing alone.
create table playlist (id text not null constraint playlist_pk primary key, document text not null, changed_at bigint not null);
create table rule (
    id text not null constraint rule_pk primary key,
    playlist text not null constraint rule_playlist references playlist (id),
    document text not null,
    changed_at bigint not null
);

-- Clinics: the weekly template and what is different on single days.
create table department (id text not null constraint department_pk primary key, rank bigint not null, document text not null);
create table doctor (
    id text not null constraint doctor_pk primary key,
    department text not null constraint doctor_department references department (id),
    rank bigint not null,
    document text not null
);
create table clinic_override (
    id text not null constraint clinic_override_pk primary key,
    doctor text not null constraint clinic_override_doctor references doctor (id),
    date text not null,
    document text not null,
    made_by text not null,
    made_at bigint not null,
    withdrawn_at bigint
);
create index clinic_override_by_date on clinic_override (date);
create table special_day (date text not null constraint special_day_pk primary key, document text not null);

-- Parts of programmes, by hash, in the very bytes that were signed for.
create table part (
    hash text not null constraint part_pk primary key,
    bytes bytea not null,
    made_at bigint not null
);
-- Every publication, and what each zone played from it on.
create table publication (
    version bigint not null constraint publication_pk primary key,
    kind text not null,
    made_by text not null,
    made_at bigint not null,
    undoes bigint
);
create table publication_zone (
    version bigint not null constraint publication_zone_publication references publication (version),
    zone text not null constraint publication_zone_zone references zone (id),
    show_hash text not null constraint publication_zone_show references part (hash),
    clinic_hash text not null constraint publication_zone_clinic references part (hash),
    effective_at bigint not null,
    envelope text not null,
    constraint publication_zone_pk primary key (zone, version)
);

-- The books. A batch is the signed envelope as it came; the watermark says up to where plays are held.
create table play_log (
    box text not null constraint play_log_box references box (id),
    log_epoch bigint not null,
    seq bigint not null,
    chain text not null,
    constraint play_log_pk primary key (box, log_epoch)
);
create table play_batch (
    box text not null,
    log_epoch bigint not null,
    first_seq bigint not null,
    last_seq bigint not null,
    received_at bigint not null,
    envelope text not null,
    constraint play_batch_pk primary key (box, log_epoch, first_seq)
);
create table play_hour (
    hour bigint not null,
    screen text not null,
    zone text not null,
    item text not null,
    item_version bigint not null,
    plays bigint not null,
    complete bigint not null,
    shown_ms bigint not null,
    planned_ms bigint not null,
    constraint play_hour_pk primary key (hour, screen, zone, item, item_version)
);
-- Evidence that could not be counted: kept, told, and never in the way of what comes after it.
create table play_quarantine (
    box text not null,
    hash text not null,
    log_epoch bigint not null,
    first_seq bigint not null,
    received_at bigint not null,
    reason text not null,
    envelope text not null,
    constraint play_quarantine_pk primary key (box, hash)
);
-- Numbers a box no longer holds: told as unproven, never filled in.
create table play_gap (
    box text not null,
    log_epoch bigint not null,
    first_seq bigint not null,
    last_seq bigint not null,
    noticed_at bigint not null,
    constraint play_gap_pk primary key (box, log_epoch, first_seq)
);

-- Opens of phone pages: counters and nothing else.
create table scan (
    hour bigint not null,
    screen text not null,
    item text not null,
    item_version bigint not null,
    step text not null,
    count bigint not null,
    constraint scan_pk primary key (hour, screen, item, item_version, step)
);

-- Who did what: appended, never changed.
create table audit (
    id text not null constraint audit_pk primary key,
    at bigint not null,
    account text not null,
    verb text not null,
    subject text not null,
    detail text not null
);
create index audit_by_time on audit (at);

-- Troubles told by boxes, the newest of a kind and subject.
create table trouble (
    box text not null,
    kind text not null,
    file text not null,
    told_at bigint not null,
    words text not null,
    constraint trouble_pk primary key (box, kind, file)
);
