"""CAP 1.2's enumerations, with CAP's own values, and the reasons for refusing a message."""

from enum import StrEnum


class Reason(StrEnum):
    """Why a payload was refused: bounded, so that it can label a dead letter and a counter."""

    TOO_LARGE = "too_large"
    ENCODING = "encoding"
    DOCTYPE = "doctype"
    NOT_XML = "not_xml"
    NOT_JSON = "not_json"
    NOT_CAP = "not_cap"
    UNSUPPORTED = "unsupported"
    SCHEMA = "schema"
    ENUMERATION = "enumeration"
    TIME = "time"
    ORDER_OF_TIMES = "order_of_times"
    GEOMETRY = "geometry"
    REFERENCES = "references"
    SIGNATURE = "signature"


class Status(StrEnum):
    """CAP 1.2, 3.2.1 status."""

    ACTUAL = "Actual"
    EXERCISE = "Exercise"
    SYSTEM = "System"
    TEST = "Test"
    DRAFT = "Draft"


class MsgType(StrEnum):
    """CAP 1.2, 3.2.1 msgType."""

    ALERT = "Alert"
    UPDATE = "Update"
    CANCEL = "Cancel"
    ACK = "Ack"
    ERROR = "Error"


class Scope(StrEnum):
    """CAP 1.2, 3.2.1 scope."""

    PUBLIC = "Public"
    RESTRICTED = "Restricted"
    PRIVATE = "Private"


class Category(StrEnum):
    """CAP 1.2, 3.2.2 category."""

    GEO = "Geo"
    MET = "Met"
    SAFETY = "Safety"
    SECURITY = "Security"
    RESCUE = "Rescue"
    FIRE = "Fire"
    HEALTH = "Health"
    ENV = "Env"
    TRANSPORT = "Transport"
    INFRA = "Infra"
    CBRNE = "CBRNE"
    OTHER = "Other"


class ResponseType(StrEnum):
    """CAP 1.2, 3.2.2 responseType."""

    SHELTER = "Shelter"
    EVACUATE = "Evacuate"
    PREPARE = "Prepare"
    EXECUTE = "Execute"
    AVOID = "Avoid"
    MONITOR = "Monitor"
    ASSESS = "Assess"
    ALL_CLEAR = "AllClear"
    NONE = "None"


class Urgency(StrEnum):
    """CAP 1.2, 3.2.2 urgency."""

    IMMEDIATE = "Immediate"
    EXPECTED = "Expected"
    FUTURE = "Future"
    PAST = "Past"
    UNKNOWN = "Unknown"


class Severity(StrEnum):
    """CAP 1.2, 3.2.2 severity."""

    EXTREME = "Extreme"
    SEVERE = "Severe"
    MODERATE = "Moderate"
    MINOR = "Minor"
    UNKNOWN = "Unknown"


class Certainty(StrEnum):
    """CAP 1.2, 3.2.2 certainty; 1.0's `Very Likely` counts as `Likely`, as that section asks."""

    OBSERVED = "Observed"
    LIKELY = "Likely"
    POSSIBLE = "Possible"
    UNLIKELY = "Unlikely"
    UNKNOWN = "Unknown"

    @classmethod
    def _missing_(cls, value: object) -> "Certainty | None":
        return cls.LIKELY if value == "Very Likely" else None
