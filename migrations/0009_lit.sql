-- What was lit, beside what was planned and what was shown: for how long the power of a display could be read while an item
-- stood, and how long of that it had power. Plays of before this have neither.
alter table play_hour add column lamp_ms bigint not null default 0;
alter table play_hour add column lit_ms bigint not null default 0;
alter table play_item_hour add column lamp_ms bigint not null default 0;
alter table play_item_hour add column lit_ms bigint not null default 0;
alter table play_screen_day add column lamp_ms bigint not null default 0;
alter table play_screen_day add column lit_ms bigint not null default 0;
