-- A post for followers goes with a word of who they are on the host that gets it (FEP-8fcf).
alter table outbox add column synchronizes boolean not null default false;
-- When an instance is to be asked what it runs.
alter table instances add column software_due bigint not null default 0;
create index instances_software_due on instances (software_due) where state = 0 and not blocked;
