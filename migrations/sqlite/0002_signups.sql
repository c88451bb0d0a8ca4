-- Why somebody would like to join, while an admin has yet to decide; few rows ever wait.
alter table users add column signup_reason text not null default '';
create index users_waiting on users (account_id) where state = 'pending';
