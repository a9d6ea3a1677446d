-- Certificates of boxes run out, and are renewed before that. The new one is written down when it is signed; the old one
-- holds until the box has come with the new one.
alter table box add column certificate_until bigint not null default 0;
alter table box add column next_fingerprint text;
alter table box add column next_until bigint;
-- Boxes paired before this have a certificate of five years.
update box set certificate_until = enrolled_at + 157680000000;
create unique index box_next_certificate_once on box (next_fingerprint);
