-- Programs of other people's making that ask for tokens (OAuth 2). used_at: when one first acted for a person.
create table oauth_apps (
    id integer primary key,
    client_id text not null unique,
    secret_hash blob not null,
    name text not null,
    website text not null default '',
    redirect_uris text not null,
    scopes text not null,
    created_at bigint not null,
    used_at bigint
);
create index oauth_apps_unused on oauth_apps (created_at) where used_at is null;

-- Codes that a person let an app have, for one exchange. session_id: the session that the exchange made.
create table oauth_codes (
    id integer primary key,
    code_hash blob not null unique,
    app_id bigint not null references oauth_apps (id) on delete cascade,
    account_id bigint not null references accounts (id) on delete cascade,
    scopes text not null,
    redirect_uri text not null,
    challenge text,
    expires_at bigint not null,
    session_id bigint
);
create index oauth_codes_by_app on oauth_codes (app_id);
create index oauth_codes_by_account on oauth_codes (account_id);
create index oauth_codes_by_end on oauth_codes (expires_at);

-- Tokens of apps for themselves, with which nobody is signed in.
create table app_tokens (
    id integer primary key,
    token_hash blob not null unique,
    app_id bigint not null references oauth_apps (id) on delete cascade,
    scopes text not null,
    created_at bigint not null
);
create index app_tokens_by_app on app_tokens (app_id);

-- The app for which a session was made; null for logins and tokens of one's own.
alter table sessions add column app_id bigint references oauth_apps (id) on delete cascade;
create index sessions_by_app on sessions (app_id) where app_id is not null;
