-- When a video was recorded, as its container says: a library is searched by that, where it is known.
alter table videos add column recorded_at timestamptz;
