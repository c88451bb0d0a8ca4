-- The rules of the instance, in their order; a rule without a position holds no longer, but reports may name it.
create table instance_rules (
    id bigint primary key,
    position bigint,
    text text not null,
    hint text not null default ''
);
create index instance_rules_in_order on instance_rules (position) where position is not null;

-- What the instance says of itself: about, privacy and terms. Terms are kept by the day from which they hold.
create table instance_texts (
    kind text not null,
    day text not null,
    text text not null,
    updated_at bigint not null,
    primary key (kind, day)
);

-- Which rules a report says are broken, as a JSON list of ids.
alter table reports add column rules text not null default '[]';
