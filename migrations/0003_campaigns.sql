-- Campaigns as they stand in the console; they reach a screen by publishing alone.
create table campaign (id text not null constraint campaign_pk primary key, document text not null, changed_at bigint not null);
