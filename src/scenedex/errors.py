"""Every exception of scenedex.

ScenedexError                     a sentence for people: what, why, what to do
├── UsageError                    the caller asked for something that makes no sense (exit status 2)
│   ├── NotFoundError             no such path, video or scene (also a LookupError)
│   ├── AmbiguousError            a name that fits several videos
│   ├── BusyError                 somebody else is at work on the same upload
│   └── PluginError               a plug-in cannot be used
│       └── EncoderPluginError    one that encodes (also an EncoderError)
├── MediaError                    one file cannot be taken in; its neighbours can
│   ├── NotAVideoError            no pictures, no sound, or no media file at all
│   ├── LimitError                a limit of the settings is exceeded (pixels, duration, streams, seconds)
│   ├── DecodeError               damaged beyond use
│   ├── DetectorError             a plug-in could not find its cuts
│   └── DecoderDiedError          the process that read it crashed, was killed, or had to be ended
├── DecoderStartError             the process that reads files cannot be started
├── ExchangeError                 data from elsewhere is not what it should be: nothing of that video or file is taken
├── StoreError                    the database or the object store does not do what it should
│   ├── DatabaseUnreachableError  nothing answers at the URL
│   ├── EmbeddedServerError       the embedded PostgreSQL cannot be started
│   ├── NewerLibraryError         the library was made by a newer scenedex
│   ├── OldDatabaseError          PostgreSQL or pgvector is too old
│   ├── BackupError               a file is no backup of a library, or a damaged one
│   ├── DiskFullError             no space left (also an OSError)
│   ├── ObjectStoreUnreachableError  nothing answers at the bucket, or it keeps failing: it may pass
│   └── ObjectStoreRefusedError   the bucket is not there, or not for these keys: somebody has to mend it
├── AnnotationError               what is written, said or to be seen in a video could not be put into words
│   ├── NotInstalledError         it needs an extra of scenedex that is not installed (also a UsageError)
│   ├── SpeechModelError          the model of speech is not on this machine, or is none (also a UsageError)
│   ├── DescriptionError          a scene could not be described
│   └── DescriberRefusedError     the server of descriptions does not accept the key or the model
└── EncoderError                  an embedding could not be made
    ├── WeightsError              a model's files are not there, or are not what they should be
    │   ├── WeightsMissingError   not on this machine
    │   ├── WeightsDamagedError   another size or another checksum than the one recorded
    │   └── DownloadError         the server did not give them
    ├── ProviderError             the device that was asked for is not there (also a UsageError)
    ├── GraphError                a network cannot be loaded, or does not take what it is given
    ├── EncoderTimeoutError       took longer than it may (also a TimeoutError)
    ├── EncoderPausedError        it hangs in an earlier call or has failed too often lately, and is not asked now
    ├── PictureError              this picture cannot be read; the next one can
    │   └── PictureTooLargeError  it has, or claims to have, more bytes or pixels than are read
    ├── ExportError               a checkpoint cannot become a network of ours, or the network differs from it
    └── RemoteEncoderError        an encoder behind HTTP
        ├── RemoteRefusedError    it does not accept the key, the signature or the request
        ├── RemoteFailedError     it cannot be reached, or fails
        └── RemoteAnswerError     its answer is no embedding of the expected kind
"""


class ScenedexError(Exception):
    """Something went wrong in scenedex."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or type(self).__doc__)


class UsageError(ScenedexError):
    """This request makes no sense."""


class NotFoundError(UsageError, LookupError):
    """There is nothing by that name."""


class AmbiguousError(UsageError):
    """That name fits several videos."""


class BusyError(UsageError):
    """Another request is at work on this upload: try again when it has ended."""


class PluginError(UsageError):
    """This plug-in cannot be used."""


class MediaError(ScenedexError):
    """This file cannot be taken in."""


class NotAVideoError(MediaError):
    """This is no video and no sound."""


class LimitError(MediaError):
    """This file exceeds a limit of the settings."""


class DecodeError(MediaError):
    """This file is damaged beyond use."""


class DetectorError(MediaError):
    """The cuts of this file could not be found."""


class DecoderDiedError(MediaError):
    """The process that read this file ended before it was done."""


class DecoderStartError(ScenedexError):
    """The process that reads files cannot be started."""


class ExchangeError(ScenedexError):
    """This data cannot be taken in."""


class StoreError(ScenedexError):
    """The library's storage does not work."""


class DatabaseUnreachableError(StoreError):
    """The database does not answer."""


class EmbeddedServerError(StoreError):
    """The embedded PostgreSQL could not be started."""


class NewerLibraryError(StoreError):
    """This library was made by a newer scenedex: upgrade scenedex to open it."""


class OldDatabaseError(StoreError):
    """This database is too old for scenedex."""


class BackupError(StoreError):
    """This is no backup of a library, or it is damaged."""


class DiskFullError(StoreError, OSError):
    """No space is left on the disk: free some, then run the same command again."""


class ObjectStoreUnreachableError(StoreError):
    """The object store does not answer."""


class ObjectStoreRefusedError(StoreError):
    """The object store refuses the request."""


class AnnotationError(ScenedexError):
    """A video could not be annotated."""


class NotInstalledError(AnnotationError, UsageError):
    """An extra of scenedex is not installed."""


class SpeechModelError(AnnotationError, UsageError):
    """The model of speech cannot be used."""


class DescriptionError(AnnotationError):
    """This scene could not be described."""


class DescriberRefusedError(AnnotationError):
    """The server does not describe scenes."""


class EncoderError(ScenedexError):
    """An embedding could not be made."""


class EncoderPluginError(EncoderError, PluginError):
    """This plug-in does not encode."""


class WeightsError(EncoderError):
    """A model's files are not usable."""


class WeightsMissingError(WeightsError):
    """A model's files are not on this machine."""


class WeightsDamagedError(WeightsError):
    """A model's file is not the one that was recorded."""


class DownloadError(WeightsError):
    """A model's file could not be fetched."""


class ProviderError(EncoderError, UsageError):
    """The device that was asked for is not there."""


class GraphError(EncoderError):
    """A network cannot be run."""


class EncoderTimeoutError(EncoderError, TimeoutError):
    """Timeout: the encoder took longer than it may."""


class EncoderPausedError(EncoderError):
    """The encoder is not asked at the moment."""


class PictureError(EncoderError):
    """This picture cannot be read."""


class PictureTooLargeError(PictureError):
    """This picture is too large to be read."""


class ExportError(EncoderError):
    """This checkpoint cannot be exported."""


class RemoteEncoderError(EncoderError):
    """The encoding service did not give an embedding."""


class RemoteRefusedError(RemoteEncoderError):
    """The encoding service refuses the request."""


class RemoteFailedError(RemoteEncoderError):
    """The encoding service fails."""


class RemoteAnswerError(RemoteEncoderError):
    """The encoding service answers with something that is no embedding."""
