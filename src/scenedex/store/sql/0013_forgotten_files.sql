-- Files whose videos were forgotten by a rule while they still lay there: a watched folder is not to bring them back.
create table forgotten_files (
  owner_id uuid not null,
  path_hash bytea not null,  -- as in files
  size_bytes bigint not null,
  mtime_ns bigint not null,
  forgotten_at timestamptz not null default now(),
  primary key (owner_id, path_hash)
);

alter table forgotten_files enable row level security;
alter table forgotten_files force row level security;
create policy own on forgotten_files using (owner_id = nullif(current_setting('scenedex.owner_id', true), '')::uuid);
create policy operator on forgotten_files to scenedex_operator using (true);

grant select, insert, update, delete on forgotten_files to scenedex_app, scenedex_operator;
