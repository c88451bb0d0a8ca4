-- Retired key pairs are forgotten by age; an activity may have to be signed by one of them.
create index actor_keys_retired on actor_keys (retired_at) where retired_at is not null;
alter table outbox add column key_uri text;
