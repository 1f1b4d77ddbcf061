-- What people say about captions. `captions` is what is shown and searched; where somebody has corrected something, what
-- the video itself says lies beside it.
alter table captions drop constraint captions_origin_check;
alter table captions add constraint captions_origin_check check (origin in ('embedded', 'sidecar', 'speech', 'screen', 'added'));

create table caption_originals (
  owner_id uuid not null,
  video_id uuid not null,
  origin text not null,
  language text not null default '',
  index int not null,
  start_s float8 not null,
  end_s float8 not null,
  text text not null,
  measures jsonb not null default '{}',
  primary key (owner_id, video_id, origin, language, index),
  foreign key (owner_id, video_id) references videos on delete cascade
);

-- Which caption is meant is said by what stood there, and where: a video that is indexed again has it again.
create table corrections (
  owner_id uuid not null,
  video_id uuid not null,
  id uuid not null,
  origin text not null,
  language text not null default '',
  start_s float8 not null,
  end_s float8 not null,
  original text,  -- null: nothing stood there, it is added
  text text,  -- null: nothing stands there now
  made_by text not null default '',
  made_at timestamptz not null default now(),
  primary key (owner_id, video_id, id),
  foreign key (owner_id, video_id) references videos on delete cascade,
  check (original is not null or text is not null),
  check (end_s >= start_s)
);

alter table videos add column corrected int not null default 0;  -- counts changes of corrections
alter table videos add column stale jsonb not null default '[]';  -- ids of spaces whose embeddings of words are out of date

alter table caption_originals enable row level security;
alter table caption_originals force row level security;
create policy own on caption_originals using (owner_id = nullif(current_setting('scenedex.owner_id', true), '')::uuid);
create policy operator on caption_originals to scenedex_operator using (true);

alter table corrections enable row level security;
alter table corrections force row level security;
create policy own on corrections using (owner_id = nullif(current_setting('scenedex.owner_id', true), '')::uuid);
create policy operator on corrections to scenedex_operator using (true);

grant select, insert, update, delete on caption_originals, corrections to scenedex_app, scenedex_operator;
