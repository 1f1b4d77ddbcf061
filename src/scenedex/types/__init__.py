"""Frozen values that travel between the stages. No I/O, no third party but numpy.

Times are seconds as floats, counted from the start of the video (a file whose first timestamp is 100 s
starts at 0 here); intervals are half open, `[start_s, end_s)`. Frame rates are exact (`Fraction`).
"""

from scenedex.types.coming_in import FetchLimits as FetchLimits
from scenedex.types.coming_in import UploadLimits as UploadLimits
from scenedex.types.jobs import Job as Job
from scenedex.types.jobs import JobProgress as JobProgress
from scenedex.types.jobs import JobState as JobState
from scenedex.types.jobs import Stage as Stage
from scenedex.types.search import Answer as Answer
from scenedex.types.search import ChannelRow as ChannelRow
from scenedex.types.search import Evidence as Evidence
from scenedex.types.search import Filters as Filters
from scenedex.types.search import Hit as Hit
from scenedex.types.search import Plan as Plan
from scenedex.types.search import Rerank as Rerank
from scenedex.types.search import VectorQuery as VectorQuery
from scenedex.types.search import VideoHits as VideoHits
from scenedex.types.values import DESCRIPTION_TF as DESCRIPTION_TF
from scenedex.types.values import KEYFRAME_SHORT_SIDE as KEYFRAME_SHORT_SIDE
from scenedex.types.values import LOCAL_OWNER as LOCAL_OWNER
from scenedex.types.values import MAX_KEYFRAME_GAP_S as MAX_KEYFRAME_GAP_S
from scenedex.types.values import MAX_KEYFRAMES as MAX_KEYFRAMES
from scenedex.types.values import MAX_SCENE_S as MAX_SCENE_S
from scenedex.types.values import TITLE_TF as TITLE_TF
from scenedex.types.values import Access as Access
from scenedex.types.values import AnnotationKind as AnnotationKind
from scenedex.types.values import AnnotationOutcome as AnnotationOutcome
from scenedex.types.values import AnnotationWord as AnnotationWord
from scenedex.types.values import AudioTrack as AudioTrack
from scenedex.types.values import Band as Band
from scenedex.types.values import Caption as Caption
from scenedex.types.values import CaptionOrigin as CaptionOrigin
from scenedex.types.values import Channel as Channel
from scenedex.types.values import Description as Description
from scenedex.types.values import EmbeddingDraft as EmbeddingDraft
from scenedex.types.values import FileOutcome as FileOutcome
from scenedex.types.values import Frame as Frame
from scenedex.types.values import IndexOutcome as IndexOutcome
from scenedex.types.values import Keyframe as Keyframe
from scenedex.types.values import KnownFile as KnownFile
from scenedex.types.values import Limits as Limits
from scenedex.types.values import MediaInfo as MediaInfo
from scenedex.types.values import Modality as Modality
from scenedex.types.values import Mode as Mode
from scenedex.types.values import Pixels as Pixels
from scenedex.types.values import Scene as Scene
from scenedex.types.values import SceneCard as SceneCard
from scenedex.types.values import SceneDraft as SceneDraft
from scenedex.types.values import SceneRecord as SceneRecord
from scenedex.types.values import SceneTerms as SceneTerms
from scenedex.types.values import Space as Space
from scenedex.types.values import SpaceState as SpaceState
from scenedex.types.values import StoredDescription as StoredDescription
from scenedex.types.values import StoredKeyframe as StoredKeyframe
from scenedex.types.values import SubtitleTrack as SubtitleTrack
from scenedex.types.values import Vector as Vector
from scenedex.types.values import Vectors as Vectors
from scenedex.types.values import Video as Video
from scenedex.types.values import VideoRecord as VideoRecord
from scenedex.types.values import VideoTrack as VideoTrack
from scenedex.types.values import Waveform as Waveform
from scenedex.types.values import description_space as description_space
from scenedex.types.values import is_of_descriptions as is_of_descriptions
from scenedex.types.values import words_space as words_space
