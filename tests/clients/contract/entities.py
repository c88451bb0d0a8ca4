"""What each entity of Mastodon's API has, and a reader that says what an answer lacks.

A line is an entity; a word is `member:type`. Behind a type, `?` says that it may be null and `~` that it may be absent.
Types are str, int, bool, num, any, id (digits in text), time (three decimals), date, url, `{…}` free objects as `obj`,
other entities, lists as `[type]`, and one of several words as `a|b|c`.
"""

import re

WORDS = """
Account id:id username:str acct:str url:url uri:url display_name:str note:str avatar:url avatar_static:url header:url
    header_static:url locked:bool bot:bool group:bool discoverable:bool? indexable:bool noindex:bool?~ hide_collections:bool?
    fields:[Field] emojis:[CustomEmoji] roles:[Role] created_at:time last_status_at:date? statuses_count:int
    followers_count:int following_count:int moved:Account?~ suspended:bool~ limited:bool~ memorial:bool~
    avatar_description:str~ header_description:str~
CredentialAccount +Account source:Source role:OwnRole
MutedAccount +Account mute_expires_at:time?
Field name:str value:str verified_at:time?
Role id:id name:str color:str
OwnRole id:str name:str color:str permissions:str highlighted:bool
Source privacy:public|unlisted|private|direct sensitive:bool language:str? note:str fields:[Field] follow_requests_count:int
    hide_collections:bool? discoverable:bool? indexable:bool attribution_domains:[str] quote_policy:public|followers|nobody~
CustomEmoji shortcode:str url:url static_url:url visible_in_picker:bool category:str?
Status id:id uri:url url:url? created_at:time edited_at:time? account:Account content:str
    visibility:public|unlisted|private|direct sensitive:bool spoiler_text:str media_attachments:[MediaAttachment]
    mentions:[Mention] tags:[StatusTag] emojis:[CustomEmoji] reblogs_count:int favourites_count:int replies_count:int
    quotes_count:int~ in_reply_to_id:id? in_reply_to_account_id:id? reblog:Status? poll:Poll? card:PreviewCard? language:str?
    application:Application?~ text:str~ quote:Quote? quote_approval:QuoteApproval~ favourited:bool~ reblogged:bool~ muted:bool~
    bookmarked:bool~ pinned:bool~ filtered:[FilterResult]~
OwnStatus +Status favourited:bool reblogged:bool muted:bool bookmarked:bool filtered:[FilterResult]
DeletedStatus +OwnStatus text:str
Mention id:id username:str url:url acct:str
StatusTag name:str url:url
Application name:str website:url?
Quote state:str quoted_status:Status?~ quoted_status_id:id?~
QuoteApproval automatic:[str] manual:[str] current_user:automatic|manual|denied|unknown
StatusEdit content:str spoiler_text:str sensitive:bool created_at:time account:Account media_attachments:[MediaAttachment]
    emojis:[CustomEmoji] poll:obj?~ quote:Quote?~
StatusSource id:id text:str spoiler_text:str
Context ancestors:[Status] descendants:[Status]
PreviewCard url:url title:str description:str type:link|photo|video|rich authors:[Author] author_name:str author_url:str
    provider_name:str provider_url:str html:str width:int height:int image:url? image_description:str embed_url:str blurhash:str?
    language:str? published_at:time? missing_attribution:bool~
TrendsLink +PreviewCard history:[History]
Author name:str url:str account:Account?
MediaAttachment id:id type:unknown|image|gifv|video|audio url:url? preview_url:url? remote_url:url? preview_remote_url:url?~
    text_url:url?~ meta:obj? description:str? blurhash:str?
Poll id:id expires_at:time? expired:bool multiple:bool votes_count:int voters_count:int? options:[PollOption] emojis:[CustomEmoji]
    voted:bool~ own_votes:[int]~
PollOption title:str votes_count:int?
Relationship id:id following:bool showing_reblogs:bool notifying:bool languages:[str]? followed_by:bool blocking:bool
    blocked_by:bool muting:bool muting_notifications:bool muting_expires_at:time?~ requested:bool requested_by:bool
    domain_blocking:bool endorsed:bool note:str
Notification id:id type:str group_key:str created_at:time account:Account status:Status~ report:obj~ event:obj~
    moderation_warning:obj~
Grouped accounts:[Account] statuses:[Status] notification_groups:[Group] partial_accounts:[obj]~
Group group_key:str notifications_count:int type:str most_recent_notification_id:int page_min_id:id~ page_max_id:id~
    latest_page_notification_at:time sample_account_ids:[id] status_id:id?~ report:obj~ event:obj~
UnreadCount count:int
NotificationPolicy for_not_following:accept|filter|drop for_not_followers:accept|filter|drop
    for_new_accounts:accept|filter|drop for_private_mentions:accept|filter|drop for_limited_accounts:accept|filter|drop
    for_bots:accept|filter|drop~ summary:PolicySummary
PolicySummary pending_requests_count:int pending_notifications_count:int
NotificationRequest id:id created_at:time updated_at:time account:Account notifications_count:id last_status:Status?~
Merged merged:bool
Instance domain:str title:str version:str source_url:str description:str usage:obj thumbnail:obj icon:[obj] languages:[str]
    configuration:Configuration registrations:Registrations api_versions:obj contact:Contact rules:[Rule]
Configuration urls:obj vapid:obj accounts:obj statuses:obj media_attachments:obj polls:obj translation:obj
    timelines_access:obj~ limited_federation:bool~
Registrations enabled:bool approval_required:bool reason_required:bool?~ message:str? min_age:int?~ url:url?~
Contact email:str account:Account?
Rule id:id text:str hint:str~ translations:obj~
InstanceOne uri:str title:str short_description:str description:str email:str version:str urls:obj stats:obj thumbnail:url?
    languages:[str] registrations:bool approval_required:bool invites_enabled:bool configuration:obj contact_account:Account?
    rules:[Rule]
Activity week:id statuses:id logins:id registrations:id
DomainBlock domain:str digest:str severity:silence|suspend comment:str?~
Text updated_at:time? content:str
Terms effective_date:date? effective:bool content:str succeeded_by:date?
Language code:str name:str
App id:id name:str website:url? scopes:[str] redirect_uris:[str] redirect_uri:str vapid_key:str client_id:str client_secret:str
    client_secret_expires_at:int
AppSelf id:id name:str website:url? scopes:[str] redirect_uris:[str] redirect_uri:str vapid_key:str
Token access_token:str token_type:Bearer scope:str created_at:int
FilterOne id:id phrase:str context:[str] expires_at:time? irreversible:bool whole_word:bool
Filter id:id title:str context:[str] expires_at:time? filter_action:warn|hide|blur keywords:[FilterKeyword]
    statuses:[FilterStatus]
FilterKeyword id:id keyword:str whole_word:bool
FilterStatus id:id status_id:id
FilterResult filter:ShortFilter keyword_matches:[str]? status_matches:[id]?
ShortFilter id:id title:str context:[str] expires_at:time? filter_action:warn|hide|blur keywords:[FilterKeyword]~
    statuses:[FilterStatus]~
List id:id title:str replies_policy:followed|list|none exclusive:bool
Conversation id:id unread:bool accounts:[Account] last_status:Status?
Markers home:Marker~ notifications:Marker~
Marker last_read_id:id version:int updated_at:time
ScheduledStatus id:id failure:str?~ scheduled_at:time params:ScheduledParams media_attachments:[MediaAttachment]
ScheduledParams text:str poll:obj? media_ids:[id]? sensitive:bool? spoiler_text:str? visibility:str? in_reply_to_id:id?
    language:str? application_id:any? scheduled_at:any? idempotency:str? with_rate_limit:bool quoted_status_id:id?~
    quote_approval_policy:str?~
Search accounts:[Account] statuses:[Status] hashtags:[Tag] collections:[any]~
Tag id:str~ name:str url:url history:[History] following:bool~ featuring:bool~
History day:id accounts:id uses:id
FeaturedTag id:id name:str url:url statuses_count:id last_status_at:date?
Suggestion source:staff|past_interactions|global sources:[str]~ account:Account
FamiliarFollowers id:id accounts:[Account]
PushSubscription id:int endpoint:url standard:bool alerts:obj server_key:str policy:all|followed|follower|none~
Announcement id:id content:str starts_at:time? ends_at:time? all_day:bool published_at:time updated_at:time read:bool~
    mentions:[obj] statuses:[obj] tags:[obj] emojis:[CustomEmoji] reactions:[obj]
Report id:id action_taken:bool action_taken_at:time? category:spam|legal|violation|other comment:str forwarded:bool
    created_at:time status_ids:[id]? rule_ids:[id]? target_account:Account
Profile id:id
UserInfo iss:str sub:str name:str preferred_username:str profile:url picture:url~
Metadata issuer:str authorization_endpoint:url token_endpoint:url app_registration_endpoint:url revocation_endpoint:url
    userinfo_endpoint:url scopes_supported:[str] response_types_supported:[str] response_modes_supported:[str]
    code_challenge_methods_supported:[str] grant_types_supported:[str] token_endpoint_auth_methods_supported:[str]
    service_documentation:url~ authorization_response_iss_parameter_supported:bool~
NodeInfo version:str software:obj protocols:[str] services:obj usage:obj openRegistrations:bool metadata:obj
Collections collections:[any]
OEmbed version:str type:str
"""

PATTERNS = {
    "id": re.compile(r"\d+"),
    "time": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"),
    "date": re.compile(r"\d{4}-\d\d-\d\d"),
    "url": re.compile(r"(https?|wss?)://\S+"),
}
PLAIN = {"str": str, "obj": dict}


def table():
    lines = re.sub(r"\n +", " ", WORDS.strip()).splitlines()
    entities = {}
    for line in lines:
        name, *words = line.split()
        members = {}
        for word in words:
            if word.startswith("+"):
                members.update(entities[word[1:]])
            else:
                member, kind = word.split(":", 1)
                members[member] = kind
        entities[name] = members
    return entities


ENTITIES = table()


def faults(kind, value, path="answer"):
    """What is wrong with a value of this kind, in words."""
    optional = kind.rstrip("~")
    if value is None:
        return [] if optional.endswith("?") else [f"{path} is null"]
    kind = optional.rstrip("?")
    if kind.startswith("["):
        if not isinstance(value, list):
            return [f"{path} is no list"]
        return [fault for place, each in enumerate(value) for fault in faults(kind[1:-1], each, f"{path}[{place}]")]
    if kind in ENTITIES:
        return members(ENTITIES[kind], value, f"{path}:{kind}")
    return [] if fits(kind, value) else [f"{path} is no {kind}: {value!r}"]


def members(known, value, path):
    if not isinstance(value, dict):
        return [f"{path} is no object"]
    found = [f"{path} has no {name}" for name, kind in known.items() if name not in value and not kind.endswith("~")]
    # Nobody knows what else means; `Profile` and the like name only what must be.
    found += [f"{path}.{name} is in no table" for name in value if name not in known and len(known) > 2]
    for name, kind in known.items():
        if name in value:
            found += faults(kind, value[name], f"{path}.{name}")
    return found


def fits(kind, value):
    if kind == "any":
        return True
    if kind == "bool":
        return isinstance(value, bool)
    if kind in ("int", "num"):
        return isinstance(value, int) and not isinstance(value, bool)
    if kind in PLAIN:
        return isinstance(value, PLAIN[kind])
    if kind in PATTERNS:
        return isinstance(value, str) and PATTERNS[kind].fullmatch(value) is not None
    return value in kind.split("|")
