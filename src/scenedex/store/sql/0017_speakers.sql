-- Who speaks, where the subtitles name somebody. Captions that are there already have nobody until their video is indexed
-- again. What is searched for is the name without case, as tags are kept.
alter table captions add column speaker text;
alter table captions add column speaker_folded text;
alter table caption_originals add column speaker text;
create index captions_speakers on captions (owner_id, speaker_folded, video_id) where speaker_folded is not null;
