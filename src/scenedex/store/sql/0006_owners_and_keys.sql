-- Who has rows here. `local` is the owner of a library that one person uses.
create table owners (
  id uuid primary key,
  name text not null unique,
  created_at timestamptz not null default now()
);
insert into owners (id, name) values ('00000000-0000-0000-0000-000000000001', 'local');

-- What lets a program in, and, as `session_of` such a key, somebody who signed in on the page with it. Of the secret
-- only the SHA-256 is here.
create table api_keys (
  owner_id uuid not null,
  id uuid not null,
  secret_hash bytea not null check (length(secret_hash) = 32),
  access text not null check (access in ('read', 'write', 'admin')),
  label text not null default '',
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz,
  session_of uuid,
  primary key (owner_id, id),
  foreign key (owner_id) references owners on delete cascade,
  foreign key (owner_id, session_of) references api_keys on delete cascade
);
create index on api_keys (id);
create index on api_keys (owner_id, session_of);

alter table owners enable row level security;
alter table owners force row level security;
create policy own on owners using (id = nullif(current_setting('scenedex.owner_id', true), '')::uuid);
create policy operator on owners to scenedex_operator using (true);

alter table api_keys enable row level security;
alter table api_keys force row level security;
create policy own on api_keys using (owner_id = nullif(current_setting('scenedex.owner_id', true), '')::uuid);
create policy operator on api_keys to scenedex_operator using (true);
-- for find_api_key, which runs as whoever owns the table: whose key it is, is what it finds out
create policy lookup on api_keys for select
  using (current_user = (select pg_get_userbyid(relowner) from pg_class where oid = 'public.api_keys'::regclass));

-- The key or session of this id, if it lets somebody in now; asked before the owner is known.
create function find_api_key(key_id uuid) returns table (
  owner_id uuid, id uuid, secret_hash bytea, access text, session_of uuid, unnoted boolean
) language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select k.owner_id, k.id, k.secret_hash, k.access, k.session_of,
    coalesce(k.last_used_at < now() - interval '5 minutes', true)
  from public.api_keys k left join public.api_keys p on p.owner_id = k.owner_id and p.id = k.session_of
  where k.id = find_api_key.key_id
    and k.revoked_at is null and (k.expires_at is null or k.expires_at > now())
    and p.revoked_at is null and (p.expires_at is null or p.expires_at > now())
$$;
revoke execute on function find_api_key from public;
grant execute on function find_api_key to scenedex_app;

grant select on owners to scenedex_app;
grant select, insert, update, delete on owners to scenedex_operator;
grant select, insert, update, delete on api_keys to scenedex_app, scenedex_operator;
