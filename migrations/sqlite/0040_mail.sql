-- Since when an e-mail address is known to be its account's; null: nothing is mailed there but the question.
alter table users add column email_confirmed_at bigint;

-- Addresses that wait to be confirmed, and the letters that ask for it: due_at is null when there is none to be sent. Whoever
-- sends one has it until lease_until. A row without an address is done with; it still says how often letters were asked for.
create table email_confirmations (
    account_id integer primary key references users (account_id) on delete cascade,
    email text not null,
    asked_at bigint not null,
    asked_in_day bigint not null,
    day_began_at bigint not null,
    due_at bigint,
    attempts bigint not null default 0,
    lease_until bigint not null default 0,
    failed boolean not null default false
);
create index email_confirmations_due on email_confirmations (due_at) where due_at is not null;
