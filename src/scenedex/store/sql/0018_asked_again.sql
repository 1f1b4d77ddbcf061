-- Saved searches are asked again, a few times, about a video of which something could not be compared.
alter table fresh_videos
  add column tries int not null default 0,
  add column due_at timestamptz not null default now();
