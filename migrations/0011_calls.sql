-- Queue calls (叫号). A site's call system shows a secret; here is its hash. A zone hears calls where people said so. The calls
-- themselves are nowhere: they are told to the boxes that are there, and forgotten.
alter table site add column call_key_hash text;
alter table site add column call_key_at bigint;
alter table zone add column hears_calls boolean not null default false;
