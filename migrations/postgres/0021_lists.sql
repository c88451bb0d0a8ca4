-- Lists that people make of those they follow. exclusive: what the members write is not in home. owner_id: the list's.
create table lists (
    id bigint primary key,
    account_id bigint not null references accounts (id) on delete cascade,
    title text not null,
    replies text not null,
    exclusive boolean not null default false
);
create index lists_by_account on lists (account_id, id);

create table list_members (
    id bigint primary key,
    list_id bigint not null references lists (id) on delete cascade,
    owner_id bigint not null references accounts (id) on delete cascade,
    member_id bigint not null references accounts (id) on delete cascade
);
create unique index list_members_once on list_members (list_id, member_id);
create index list_members_by_list on list_members (list_id, id);
create index list_members_by_owner on list_members (owner_id, member_id);
create index list_members_by_member on list_members (member_id);
