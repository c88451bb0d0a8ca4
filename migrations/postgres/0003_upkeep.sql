-- What is forgotten by age is found by an index.
create index sessions_by_end on sessions (expires_at) where expires_at is not null;
create index inbox_parked on inbox (created_at) where state = 'parked';
