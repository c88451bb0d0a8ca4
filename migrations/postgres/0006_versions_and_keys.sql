-- What a key was used for, so that another request under the same key is told apart.
alter table idempotency_keys add column request_hash bytea;
-- A version is shown to those who could see it then, with its pictures as they were described.
alter table tweet_edits add column sensitive boolean not null default false;
alter table tweet_edits add column mentions text not null default '[]';
-- Uploads that wait for their tweet are counted before one more is taken.
create index media_pending on media (account_id) where tweet_id is null;
