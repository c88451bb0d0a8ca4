-- Who gets what they have not read by mail, how often, and when the next one is due (null: never). Whoever makes one has it
-- until lease_until. told_to: the last notification that one spoke of.
create table digests (
    account_id bigint primary key references users (account_id) on delete cascade,
    every text not null,
    hour bigint not null,
    due_at bigint,
    sent_at bigint,
    told_to bigint not null default 0,
    attempts bigint not null default 0,
    lease_until bigint not null default 0,
    failed boolean not null default false
);
create index digests_due on digests (due_at) where due_at is not null;
