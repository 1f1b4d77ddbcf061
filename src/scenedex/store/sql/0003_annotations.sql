alter table videos add column annotations jsonb not null default '{}';  -- kind to how it was made
alter table captions add column measures jsonb not null default '{}';  -- how sure whoever read or heard it was

-- What a model wrote about a scene.
create table descriptions (
  owner_id uuid not null,
  scene_id uuid not null,
  model text not null,
  description text not null,
  summary text not null default '',
  tags jsonb not null default '[]',
  made_at timestamptz not null default now(),
  primary key (owner_id, scene_id),
  foreign key (owner_id, scene_id) references scenes on delete cascade
);

alter table descriptions enable row level security;
alter table descriptions force row level security;
create policy own on descriptions using (owner_id = nullif(current_setting('scenedex.owner_id', true), '')::uuid);
create policy operator on descriptions to scenedex_operator using (true);

grant select, insert, update, delete on descriptions to scenedex_app, scenedex_operator;
