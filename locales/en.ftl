### English. Arguments: $n chooses a plural and $count is the same number, ready to show.

## Around every page
skip-to-content = Skip to content
nav-main = Main
nav-home = Home
nav-local = Local
nav-search = Search
nav-notifications = Notifications
nav-bookmarks = Bookmarks
nav-requests = Follow requests
nav-admin = Administration
nav-profile = Profile
nav-settings = Settings
nav-compose = Post
nav-new = new
nav-login = Log in
nav-logout = Log out
nav-signup = Sign up
nav-account-menu = Your account
side-label = About this place
side-join = Join this colony
side-accounts = { $n ->
    [one] { $count } person
   *[other] { $count } people
}
side-posts = { $n ->
    [one] { $count } post
   *[other] { $count } posts
}
side-contact = Who runs it:
foot-source = Source code
foot-contact = Contact
foot-appearance = Look and language
foot-about = About
older = Older
older-label = More
back = Back
save = Save
cancel = Cancel

## Keyboard
keys-title = Keyboard shortcuts
keys-close = Close
keys-move = next, previous post
keys-open = open the post
keys-new = write a post
keys-reply = reply
keys-like = like
keys-search = search
keys-help = this list
keys-legend = Keyboard
keys-switch = One-key shortcuts
keys-switch-hint = Single letters move between posts, like and reply. Turn them off if you speak or tap your way around.

## Numbers and times
count-decimal-mark = .
count-thousands = { $number }K
count-millions = { $number }M
time-now = now
time-minutes = { $count } min
time-hours = { $count } h
time-days = { $count } d
month-short = { $month ->
    [1] Jan
    [2] Feb
    [3] Mar
    [4] Apr
    [5] May
    [6] Jun
    [7] Jul
    [8] Aug
    [9] Sep
    [10] Oct
    [11] Nov
   *[12] Dec
}
month-long = { $month ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[12] December
}
time-date = { $day } { month-short }
time-date-year = { $day } { month-short } { $year }
time-month-year = { month-long } { $year }
time-full = { $day } { month-long } { $year }, { $clock } UTC

## Posts
tweet-reposted = { $name } reposted
tweet-pinned = Pinned
tweet-reply-to = Replying to { $name }
tweet-reply-to-unknown = Replying to a post
tweet-edited = Edited
tweet-show = Show
tweet-hide = Hide
tweet-sensitive = Sensitive images
tweet-quote-unavailable = The quoted post is not available.
quote-unapproved = This quote is not approved by the author of the post.
quote-pending = Waiting for the author of the post to allow this quote.
quote-rejected = The author of the post does not allow this quote.
quote-revoked = The author of the post no longer allows this quote.
tweet-images = { $n ->
    [one] { $count } image
   *[other] { $count } images
}
tweet-poll = { $n ->
    [one] Poll with { $count } option
   *[other] Poll with { $count } options
}
poll-label = Poll
poll-vote = Vote
poll-chosen = Your choice
poll-over = The poll is over
poll-until = Until
poll-voters = { $n ->
    [one] { $count } vote
   *[other] { $count } votes
}
tweet-reposts = { $n ->
    [one] { $count } repost
   *[other] { $count } reposts
}
tweet-quotes = { $n ->
    [one] { $count } quote
   *[other] { $count } quotes
}
tweet-likes = { $n ->
    [one] { $count } like
   *[other] { $count } likes
}
media-alt = Description of the image
media-alt-badge = ALT
media-no-alt = Image without a description
media-film-no-alt = A film without a description
media-sound-no-alt = A sound without a description
audience-public = Public
audience-unlisted = Unlisted
audience-followers = Followers only
audience-direct = Mentioned people only
account-bot = Bot
account-locked = Approves followers

## What one can do with a post
action-reply = Reply
action-repost = Repost
action-repost-off = This post cannot be reposted
action-like = Like
action-bookmark = Bookmark
action-more = More
action-quote = Quote
action-unquote = Remove the quote of my post
action-history = Earlier versions
action-original = Open on its own server
action-edit = Edit
action-pin = Pin to your profile
action-unpin = Unpin from your profile
action-delete = Delete
action-delivery = Delivery
action-mute = Mute @{ $handle }
action-unmute = Unmute @{ $handle }
action-block = Block @{ $handle }
action-unblock = Unblock @{ $handle }
action-report = Report @{ $handle }
action-report-post = Report this post

## Following
follow = Follow
follow-back = Follow back
follow-ask = Ask to follow
following = Following
unfollow = Unfollow
unblock = Unblock
unmute = Unmute
requested = Requested
take-back = Take back
follows-you = Follows you
remove-follower = Remove this follower
request-accept = Accept
request-reject = Reject
requests-empty-title = No requests
requests-empty = When somebody asks to follow you, you decide here.
follows-label = Followers and following
follows-followers = Followers of { $name }
follows-following = Followed by { $name }
follows-tab-followers = Followers
follows-tab-following = Following
followers-empty-title = No followers yet
followers-empty = Whoever follows this account shows up here.
following-empty-title = Follows nobody yet
following-empty = The accounts that this account follows show up here.

## Writing
compose-title = New post
compose-title-reply = Reply
compose-title-quote = Quote
compose-title-edit = Edit post
compose-text = Text
compose-invite = What's the word from your branch?
compose-invite-reply = Write your reply
compose-invite-quote = Add your thoughts
compose-quote-asked = The author of this post decides about each quote. Until they agree, others see only a link.
compose-post = Post
compose-reply = Reply
compose-save = Save changes
compose-extras = Images, warning, language
compose-image = Image { $count }
compose-image-remove = Remove
compose-film = A film or sound, to be prepared
compose-alt = Description
compose-alt-hint = Describe it for people who cannot see it
compose-warning = Content warning
compose-warning-hint = Hides the post behind these words
compose-emoji = Emoji of this server
compose-language = Language
compose-language-none = Not said
compose-poll = Poll
compose-poll-option = Option { $count }
compose-poll-multiple = Several may be chosen
compose-poll-lasts = Runs for
compose-audience = Who can see it
compose-limit = up to { $count }
compose-over = Too long
compose-left = Characters left: { $count }

## Home, local, hashtags, bookmarks
home-posts = Posts of the accounts you follow
home-empty-title = Your branch is still quiet
home-empty = Follow some people and their posts gather here.
home-empty-local = See who is here
home-empty-search = Search for people
local-title = What people on { $site } write
local-here = This server
local-everywhere = All servers
federated-title = What is public on this server and all that it knows
local-empty-title = Nobody has written yet
local-empty = The first post is the hardest. Go on.
welcome-title = Welcome to { $site }
welcome-text = A small place on a big network. Join here, and talk with people on thousands of other servers too.
tag-similar = Similar hashtags
tag-posts = { $n ->
    [one] { $count } post
   *[other] { $count } posts
}
tag-empty-title = No posts with this hashtag
tag-empty = Write one, and it shows up here.
bookmarks-private = Only you can see these.
bookmarks-empty-title = Nothing saved yet
bookmarks-empty = Bookmark a post to find it here again.

## Thread, history, delete
thread-title = Post
thread-by = Post by { $name }
thread-replies = Replies
thread-empty-title = No replies yet
thread-empty = Be the first to answer.
thread-above = This thread begins further up. Show what comes before
thread-below = There are more replies than fit on this page. Open a reply to see its answers.
thread-below-last = Go on from the last one shown
thread-looking = Looking for more replies on other servers. Reload to see what was found.
thread-found = { $n ->
    [one] { $count } missing post was found on other servers.
   *[other] { $count } missing posts were found on other servers.
}
history-title = Versions of this post
history-now = Now
history-then = Before
history-first = First version
delete-title = Delete this post?
delete-text = It disappears here, and other servers are asked to delete their copies. This cannot be undone.
delete-confirm = Delete
delete-keep = Keep it

## Profile
profile-edit = Edit profile
profile-original = Open on their own server
profile-joined = Joined
profile-moved = Moved to { $name }
profile-muted = Muted
profile-tabs = Posts of this account
profile-tab-posts = Posts
profile-tab-replies = Replies
profile-tab-media = Images
profile-posts = { $n ->
    [one] { $count } post
   *[other] { $count } posts
}
profile-following = { $count } following
profile-followers = { $n ->
    [one] { $count } follower
   *[other] { $count } followers
}
profile-seen-here = Counted by their own server. Seen here:
profile-empty-title = Nothing here yet
profile-empty = When they write something, it shows up here.
profile-empty-own-title = Nothing here yet
profile-empty-own = What you write shows up here.
profile-blocking-title = You have blocked this account
profile-blocking = Unblock it to see its posts.
profile-blocked-title = You cannot see these posts
profile-blocked = This account has blocked you.

## Notifications
notification-follow = { $name } follows you
notification-follow-request = { $name } asks to follow you
notification-mention = { $name } mentioned you
notification-reply = { $name } replied to you
notification-like = { $name } liked your post
notification-retweet = { $name } reposted your post
notification-quote = { $name } quoted your post
notification-edited = { $name } edited a post that you reposted or voted in
notification-quoted-edited = { $name } edited a post that you quoted
notification-posted = { $name } posted
notification-poll-ended = The poll of { $name } is over
notification-unread = New
notification-answer = Answer the request
notifications-read = Mark all read
notifications-empty-title = All quiet
notifications-empty = Replies, likes and new followers show up here.

## Search
search-label = Search for posts, people and hashtags
search-placeholder = Search or paste a handle
search-go = Search
search-title = Search: { $query }
search-tabs = Kinds of results
search-tab-posts = Posts
search-tab-people = People
search-tab-tags = Hashtags
search-found = Found on the network
search-found-post = This post
search-lookup-nonsense = This is neither a handle nor an address of a profile or post.
search-lookup-unknown = There is no such account or post. Check the spelling and try again.
search-lookup-gone = It was there once and is gone.
search-lookup-unreachable = That server does not answer at present. Try again later.
search-lookup-refused = That server does not give this to others, or not in a form that is understood here.
search-lookup-blocked = That server or account is blocked here.
search-lookup-sign-in = Log in to look up accounts on other servers.
search-empty-title = Nothing found
search-empty = Try fewer or other words.
search-order = Order
search-newest = Newest
search-best = Best
why-own = You wrote it
why-followed = You follow them
why-touched = Liked or reposted by people you follow
why-near = Followed by people you follow
why-recent = Recent
why-words = Matches your words
explore-trends = Used a lot of late
explore-people = People you might follow
suggested-friends = { $n ->
    [one] Followed by { $count } person you follow
   *[other] Followed by { $count } people you follow
}
suggested-hashtag = Uses #{ $tag }, which you follow
suggested-known = Popular here
search-help-title = What you can search for
search-help-tag-example = hashtag
search-help-tag = posts with a hashtag
search-help-handle-example = name@example.org
search-help-handle = an account on any server
search-help-url = the address of a post or profile on another server

## Delivery
delivery-title = Delivery
delivery-about = What became of this post on other servers. What is over is kept for 30 days.
delivery-empty-title = Nowhere yet
delivery-empty = This post was not for other servers, or it was long ago.
delivery-delivered = Delivered
delivery-refused = Refused
delivery-given-up = Given up
delivery-dropped = Not sent
delivery-waiting = Waiting
delivery-tries = tries: { $number }

## Administration
admin-signups = Sign-ups
admin-reports = Reports
admin-trends = Trends
admin-instances = Instances
admin-inbox = Inbox
about-title = About this server
about-rules = Rules
about-more = More about it
about-privacy = Privacy
about-terms = Terms of service
admin-relays = Relays
admin-emoji = Emoji
admin-about = Rules and texts
admin-announcements = Announcements
signup-approve = Let in
signup-reject = Turn away
signups-empty-title = Nobody is waiting
signups-empty = When somebody asks for an account, you decide here.
instances-filter = Show
instances-all = All
instances-empty-title = No such instances
instances-empty = Other servers appear here as soon as we exchange something with them.
instance-reachable = Reachable
instance-failing = Failing
instance-dead = Gone
instance-blocked = Blocked
instance-waiting = { $number } waiting
instance-state = State
instance-waits = Waiting deliveries
instance-oldest = Oldest
instance-answered = Last answered
instance-failed = Last failed
instance-failures = Failures in a row
instance-failing-since = Failing since
instance-next = Next attempt
instance-form = Signatures
instance-software = Software
instance-known-since = Known since
instance-retry = Try again now
instance-forget = Forget what waits
instance-forget-title = Forget what waits for { $host }?
instance-forget-text = These deliveries are never made. What is written from now on is still sent there.
instance-block = Block
instance-block-title = Block { $host }?
instance-block-text = Nothing is sent there or taken from there any more, nor from servers below that name. What waits is forgotten.
instance-unblock = Unblock
parked-about = These activities came from other servers and could not be worked off. They are kept for a while.
parked-empty-title = Nothing is stuck
parked-empty = Activities of other servers that could not be worked off are kept here.
parked-retry = Try again
parked-forget = Forget

## Moving
move-title = Move to another account
move-text = Your followers will follow the new account, and this one will say where you went. It can still log in, but not post. Before that, name this account as an alias over there.
move-target = The new account
move-go = Move
move-done-title = You have moved
move-done = This account has moved to { $name }. It posts no more.
move-undo-hint = You may take that back and post here again. Followers that went with you stay there.
move-undo = Take the move back
aliases-title = Move here from elsewhere
aliases-text = Name your other accounts, one a line, by handle or address. Then start the move over there.
aliases-label = Your other accounts

## Deleting an account
leave-hint = Removes everything of you here, for good.
leave-title = Delete account
leave-text = This cannot be undone. If you only want to be elsewhere, move your account instead: those who follow you come along.
leave-now = Your profile and your posts vanish from this server at once, and you are logged out everywhere.
leave-erased = Your posts, pictures, likes, reposts, follows, notifications, your e-mail address and your password are erased soon after.
leave-elsewhere = Other servers that got something of yours are asked to erase their copies. Most do, but nobody can make them.
leave-name = Your username stays taken, so that nobody can pass for you. You cannot get it back either.
leave-go = Delete my account
leave-stay = Stay

## Relays
relay-address = The address of a relay
relay-address-hint = Its inbox, which ends in /inbox, or the address of its actor. Public posts go both ways once it has said yes.
relay-add = Subscribe
relay-remove = Remove
relay-asked = Waits for its answer
relay-accepted = Accepted
relay-rejected = Said no
relays-empty-title = No relays
relays-empty = A relay passes public posts on among its subscribers, so that a small server sees more than the people whom somebody follows.
emoji-code = Code
emoji-code-hint = Letters, digits and underscores. It is written between colons, such as :rook:
emoji-category = Category
emoji-picture = Picture
emoji-picture-hint = PNG, GIF, WebP or JPEG of at most 1 MiB. It is stored with sides of at most 128 pixels; an animation stands still.
emoji-add = Add
emoji-change = Change
emoji-replace = Another picture
emoji-enable = Enable
emoji-disable = Disable
emoji-is-disabled = disabled
emoji-remove = Remove
emoji-empty-title = No emoji yet
emoji-empty = What you add here, everybody on this server may write by its code, and other servers show it too.
house-text = What this server says of itself. Everybody reads it, also before they sign up.
house-see = See the page
house-change = Change
house-remove = Remove
house-words = Text
house-words-hint = Plain text; links become links. Leave it empty to take it away.
house-terms-hint = Plain text. What you save holds from today; terms of earlier days are kept. Leave it empty to take all of them away.
house-written = Last written:
house-picture = Picture
house-picture-now = The picture of this server
house-picture-file = A picture of this server
house-picture-hint = JPEG, PNG, WebP or GIF, best about twice as wide as high. Apps show it where people look for a server, and other sites beside links to it; its middle becomes the icon.
house-picture-remove = Remove the picture
rules-empty = There are no rules yet.
rule-new = A new rule
rule-rule = Rule
rule-hint = What is meant by it
rule-hint-hint = One or two sentences; may stay empty.
rule-add = Add the rule
rule-change = Change a rule
rule-change-text = With other words it is a new rule. Reports that name the old one keep its words.
rule-up = Up
rule-down = Down
rule-number = rule { $count }
announcement = Announcement
announcement-words = What everybody here is to know
announcement-starts = From
announcement-ends = until
announcement-starts-utc = It begins (UTC)
announcement-ends-utc = It ends (UTC)
announcement-ends-hint = Both may stay empty. After its end an announcement is no longer shown.
announcement-all-day = All day
announcement-all-day-hint = Only the days count: from the first one until the end of the last.
announcement-add = Announce
announcement-change = Change an announcement
announcement-remove = Take back
announcement-of = announcement of
announcement-published = Published:
announcement-over = over
announcement-read = I have read it
announcements-empty-title = Nothing announced
announcements-empty = What you announce stands on everybody's home until they have read it, and in their apps.

## Reports
report-title = Report @{ $handle }
report-text = The people who run this place will look at it. The account does not learn who reported it.
report-comment = What is wrong?
report-forward = Also tell { $host }
report-forward-hint = That server gets your words and the post, but not your name.
report-send = Report
report-by = Reported by { $name }
report-by-nobody = Reported by somebody who is no longer here
report-from = Reported by { $host }
report-forwarded = its server was told
report-resolve = Done
report-reopen = Open again
report-resolved-by = Done by @{ $handle }
reports-open = Open
reports-resolved = Done
reports-empty-title = No open reports
reports-empty = When somebody reports an account or a post, it shows up here.
reports-none-title = Nothing here yet
reports-none = Reports that somebody is done with show up here.
trends-tags = Hashtags
trends-links = Links
trends-posts = Posts
trends-publishers = Publishers
trends-which = Which
trends-now = Now
trends-decided = Decided
trends-review-on = Nothing trends before you approve it (the setting trends_review). What you decide holds at once.
trends-review-off = All of this trends, except what you reject. What you decide holds at once.
trends-empty-title = Nothing stands out
trends-empty = What more people use than usual shows up here, within some minutes.
trends-undecided-title = Nothing decided
trends-undecided = What you approve or reject shows up here, so that you can change your mind.
trend-waiting = Not decided
trend-is-approved = Approved
trend-is-rejected = Rejected
trend-publisher-approved = Publisher approved
trend-publisher-rejected = Publisher rejected
trend-approve = Approve
trend-reject = Reject
trend-forget = Undo
trend-approve-publisher = Approve publisher
trend-reject-publisher = Reject publisher

## The door
field-username = Username
field-username-hint = Letters, digits and underscores. It cannot be changed later.
field-email = Email
field-password = Password
field-password-hint = At least 8 characters. A few unrelated words make a good one.
field-login = Username or email
setup-title = Make the first account
setup-text = This server is new. Its first account runs it: you. Handles will end in @{ $host }.
setup-go = Make the account
signup-title = Join { $site }
signup-text = Pick a name for your place in the colony.
signup-approval = People who run this place look at every request. Tell them a little about you.
signup-reason = Why would you like to join?
signup-go = Sign up
signup-ask = Send request
signup-have = Already have an account?
signup-closed-title = Sign-up is closed
signup-closed = { $site } takes no new accounts at the moment. You can still read along.
signup-look-around = Look around
signup-waiting-title = Thank you, we have your request
signup-waiting = Somebody will look at it soon. You can log in once it is accepted.
login-title = Welcome back
login-text = Log in to { $host }.
login-new = New here?

## Settings
settings-profile = Profile
settings-security = Security
settings-move = Move account
settings-away = Blocked, muted
settings-appearance = Look and language
profile-form-pictures = Pictures
profile-form-avatar = Avatar
profile-form-header = Header
profile-form-remove = Remove the picture
profile-form-name = Display name
profile-form-bio = About you
profile-form-fields = Facts
profile-form-field-name = Name of fact { $count }
profile-form-field-name-hint = Label
profile-form-field-value = Fact { $count }
profile-form-field-value-hint = Content
profile-form-rules = Your account
profile-form-locked = Approve followers
profile-form-locked-hint = People ask before they follow you.
profile-form-bot = This is a bot
profile-form-bot-hint = Mostly a program writes here.
profile-form-discoverable = Suggest me to others
profile-form-discoverable-hint = Your profile may be listed and suggested.
profile-form-indexable = Let people search my posts
profile-form-indexable-hint = Your public posts may turn up in search.
profile-form-quotable = Who may quote your public and unlisted posts
quotable-everyone = Everybody
quotable-followers = Your followers
quotable-nobody = Nobody
password-title = Password
password-current = Current password
password-new = New password
password-change = Change password
password-ends = Every other session ends when you change it.
sessions-title = Where you are logged in
sessions-text = End what you do not know.
sessions-current = this one
sessions-since = since
sessions-seen = last used
sessions-end = End

# One's e-mail address
settings-email = Email
email-title = Your email address
email-confirmed = confirmed
email-wanted = { $name } takes its place once you follow the link in the letter that we sent there.
email-failed = The letter could not be delivered. Is the address right?
email-waits = A letter is on its way. Follow the link in it within a day.
email-unconfirmed = It is not confirmed yet, and nothing is mailed there.
email-again = Send me the letter
email-no-mail = This server sends no mail.
email-change = Use another address
email-new = New address
confirm-title = Confirm your email address
confirm-text = Is { $name } your address?
confirm-go = Yes, it is mine

# The digest
digest-title = By mail, what you have not read
digest-every = How often
digest-off = Never
digest-daily = Daily
digest-weekly = Weekly
digest-hour = At which hour (0 to 23)
digest-failed = It was turned off: nothing could be delivered to your address. Look whether it is right, and turn it on again.
digest-unconfirmed = It comes once your address is confirmed:
unsubscribe-title = Mail with what you have not read
unsubscribe-text = Do you want no more of these letters?
unsubscribe-go = No more of them
unsubscribe-done = You get no more of these letters. You can turn them on again in the settings.

# Letters
letter-hello = Hello { $name },
letter-confirm-subject = Confirm your email address at { $name }
letter-confirm-text = somebody, hopefully you, gave this address to an account at { $name }. Please confirm that it is yours:
letter-confirm-link = Confirm the address
letter-confirm-foot = The link is good for a day. If this was not you, there is nothing to do: no more mail will come.
letter-digest-subject = What is new at { $name }
letter-digest-text = this happened at { $name } since you last looked:
letter-digest-others = { $name } and { $n ->
    [one] one other
   *[other] { $n } others
}
letter-digest-more = { $n ->
    [one] One more thing happened.
   *[other] { $count } more things happened.
}
letter-digest-link = See all of it
letter-digest-foot = You get this as you asked for it in your settings.
letter-digest-choose = Choose what it has
letter-digest-end = No more of these letters

# Of what one is told
told-in-list = In the list
told-in-list-hint = What you turn off here is not told anywhere else either.
told-by-push = On your devices
told-by-push-hint = Messages to phones and browsers that you let the server write to.
told-by-mail = By mail
told-by-mail-hint = What the mail with all that you have not read holds.
told-by-followed = People you follow
told-by-follower = Your followers
told-by-other = Others
told-follow = New followers
told-follow-request = Requests to follow you
told-mention = Mentions
told-reply = Replies
told-like = Likes
told-retweet = Reposts
told-quote = Quotes
told-poll-ended = Polls that are over
told-edited = Edits of posts that you reposted or voted in
told-quoted-edited = Edits of posts that you quoted
told-posted = New posts of people you want to hear of
quiet-title = Quiet hours
quiet-switch = Do not disturb me every day
quiet-hint = No messages to your devices and no mail then. The list goes on, and nothing is sent later.
quiet-from = From
quiet-until = Until
time-zone = Time zone
time-zone-none = None (UTC)

theme-label = Look
theme-auto = As my device says
theme-light = Light
theme-dark = Dark
language-label = Language
language-auto = As my browser says

## Apps
settings-apps = Apps
consent-title = Let an app in?
consent-text = “{ $app }” would like to use your account.
consent-account = You are logged in as @{ $handle }.
consent-website = The app says that its website is
consent-may = It could then
consent-hint = You can take this back at any time under Settings, Apps.
consent-allow = Allow
consent-deny = Do not allow
consent-switch = Use another account
code-title = One more step
code-text = Copy this code into the app. It is good for ten minutes.
code-label = Code
code-hint = Give it to nobody else: whoever has it can use your account.
apps-title = Apps that may use your account
apps-text = End what you do not know or no longer need.
apps-may = Allowed:
apps-none = No app may use your account.
apps-end = End access
scope-read = see everything in your account, private posts and messages too
scope-read-accounts = see your profile and those of others
scope-read-blocks = see whom you block
scope-read-bookmarks = see your bookmarks
scope-read-collections = see your collections
scope-read-favourites = see what you like
scope-read-filters = see your filters
scope-read-follows = see whom you follow and who follows you
scope-read-lists = see your lists
scope-read-mutes = see whom you mute
scope-read-notifications = see your notifications
scope-read-search = search for you
scope-read-statuses = see posts, also those that only you and some others see
scope-write = do everything in your account: post, delete, follow, change your profile
scope-write-accounts = change your profile
scope-write-blocks = block and unblock people
scope-write-bookmarks = set and remove bookmarks
scope-write-collections = change your collections
scope-write-conversations = mute and delete conversations
scope-write-favourites = like posts
scope-write-filters = change your filters
scope-write-follows = follow and unfollow people
scope-write-lists = change your lists
scope-write-media = upload pictures and other files
scope-write-mutes = mute and unmute people and conversations
scope-write-notifications = clear your notifications
scope-write-reports = report others
scope-write-statuses = write, change and delete posts
scope-follow = see and change whom you follow, mute and block
scope-push = receive your notifications by push
scope-profile = learn who you are, and nothing else
scope-admin-read = see everything that you see as an admin
scope-admin-read-accounts = see the account data that you see as an admin
scope-admin-read-canonical-email-blocks = see which email addresses are blocked by their prints
scope-admin-read-domain-allows = see which servers are allowed
scope-admin-read-domain-blocks = see which servers are blocked
scope-admin-read-email-domain-blocks = see which email providers are blocked
scope-admin-read-ip-blocks = see which network addresses are blocked
scope-admin-read-reports = see reports
scope-admin-write = do everything that you can do as an admin
scope-admin-write-accounts = act on accounts as an admin
scope-admin-write-canonical-email-blocks = block email addresses by their prints
scope-admin-write-domain-allows = change which servers are allowed
scope-admin-write-domain-blocks = change which servers are blocked
scope-admin-write-email-domain-blocks = change which email providers are blocked
scope-admin-write-ip-blocks = change which network addresses are blocked
scope-admin-write-reports = act on reports

## Blocked and muted accounts
away-blocked = Blocked
away-muted = Muted
away-blocked-none-title = Nobody is blocked
away-blocked-none = When you block somebody, you can take it back here.
away-muted-none-title = Nobody is muted
away-muted-none = When you mute somebody, you can take it back here.

## What people did with a post
reactions-label = Reposts, quotes and likes
reactions-reposts = Reposts
reactions-quotes = Quotes
reactions-likes = Likes
reactions-none-title = Nothing to see here
reactions-none = Whoever reposts, quotes or likes this post shows up here.

## After an action; the key is flash- and the code
flash-posted = Posted.
flash-edited = Changes saved.
flash-deleted = Deleted.
flash-pinned = Pinned to your profile.
flash-unpinned = Unpinned.
flash-unquoted = Your post is no longer quoted there.
flash-voted = Your vote counts.
flash-voted-before = You had voted already.
flash-poll-over = This poll is over.
flash-choose = Choose one of the options first.
flash-muted = Muted. Their posts are out of your sight.
flash-unmuted = Unmuted.
flash-blocked = Blocked. You no longer see each other.
flash-unblocked = Unblocked.
flash-follower-removed = They no longer follow you.
flash-request-sent = Your request is on its way.
flash-request-accepted = Request accepted.
flash-request-rejected = Request rejected.
flash-signup-approved = They may log in now.
flash-signup-rejected = Turned away. The request is forgotten.
flash-account-deleted = Your account is deleted. Goodbye.
flash-moved = You have moved. Your followers will come along.
flash-move-undone = The move is taken back.
flash-aliases-saved = Saved.
flash-relay-added = The relay is asked.
flash-relay-removed = The relay is removed.
flash-emoji-added = The emoji is added.
flash-emoji-changed = The emoji is changed.
flash-emoji-enabled = The emoji is enabled.
flash-emoji-disabled = The emoji is disabled. Its code is shown as text.
flash-emoji-removed = The emoji is removed. Its code is shown as text.
flash-rule-added = The rule is added.
flash-rule-changed = The rule is changed.
flash-rule-moved = The rules are in their new order.
flash-rule-removed = The rule is removed.
flash-text-written = Saved.
flash-picture-set = The server has its new picture.
flash-picture-removed = The picture is removed.
flash-announced = Announced.
flash-announcement-changed = The announcement is changed.
flash-announcement-removed = The announcement is taken back.
flash-reported = Reported. Somebody will look at it.
flash-report-resolved = The report is done.
flash-report-reopened = The report is open again.
flash-trend-approved = It may trend.
flash-trend-rejected = It does not trend any more.
flash-trend-forgotten = It is undecided again.
flash-instance-retried = It is tried again now.
flash-instance-forgotten = What waited is forgotten.
flash-instance-blocked = Blocked. Nothing is sent there or taken from there.
flash-instance-unblocked = Unblocked.
flash-parked-retried = It is tried again now.
flash-parked-forgotten = Forgotten.
flash-profile-saved = Profile saved.
flash-password-changed = Password changed. Other sessions have ended.
flash-app-ended = The app may no longer use your account.
flash-app-denied = The app was not let in.
flash-session-ended = Session ended.
flash-appearance-saved = Saved.
flash-letter-sent = A letter is on its way. Follow the link in it.
flash-letter-later = No letter was sent now. Wait a little, and look again.
flash-email-confirmed = Your email address is confirmed.
flash-notifications-read = All read.
flash-logged-out = You are logged out. See you soon.
flash-welcome = Welcome! This is your home.
flash-expired = Your session has ended. Please log in again.
flash-refused = That did not work.

## Complaints about an input; the key is error-, the field if it needs its own words, and the code
error-required = Please fill this in.
error-empty = Please fill this in.
error-text-empty = Write something or add an image.
error-too-long = This is too long: at most { $limit } characters.
error-text-too-long = A post has at most { $limit } characters.
error-content-warning-too-long = A content warning has at most { $limit } characters.
error-alt-too-long = The description of an image has at most { $limit } characters.
error-bio-too-long = What you say about yourself has at most { $limit } characters.
error-display-name-too-long = A display name has at most { $limit } characters.
error-fields-too-long = The label and the content of a fact have at most { $limit } characters each.
error-fields-too-many = A profile has at most { $limit } facts.
error-fields-empty = A fact needs a label.
error-username-empty = Choose a username.
error-username-too-long = A username has at most { $limit } characters.
error-email-too-long = An email address has at most { $limit } bytes.
error-password-too-long = A password has at most { $limit } characters.
error-new-password-too-long = A password has at most { $limit } characters.
error-reason-too-long = Your reason has at most { $limit } characters.
error-media-too-many = A post has at most { $limit } images, each of them once.
error-unknown-rule = One of these is no rule of this server.
error-bad-tag = A hashtag has letters, digits and underscores.
error-bad-time = This ends before it begins.
error-not-a-time = This is no day or time. Right is 2026-01-31 12:00.
error-same-time = Quiet hours end at another time than they begin.
error-bad-time-zone = This time zone is not known.
error-bad-time-of-day = A time of the day is written as 22:30.
error-bad-link = This link is not good any more. Let yourself be sent another one in the settings.
error-no-mail = This server sends no mail.
error-confirmed = No address waits to be confirmed.
error-bad-hour = An hour of the day is a number from 0 to 23.
error-bad-emoji = React with one emoji.
error-not-followed = Recommend accounts that you follow.
error-id-too-many = You can pin at most { $limit } posts. Unpin one first.
error-q-too-long = A search has at most { $limit } characters.
error-q-too-many = A search has at most { $limit } words and operators.
error-q-empty = Write at least one word to search for.
error-too-short = This is too short: at least { $limit } characters.
error-password-too-short = Use at least { $limit } characters.
error-new-password-too-short = Use at least { $limit } characters.
error-username-taken = This username is taken.
error-email-taken = There is already an account with this email address.
error-taken = This is taken.
error-reserved = This name is reserved.
error-bad-characters = Use letters, digits and underscores only.
error-email-invalid = This does not look like an email address.
error-unknown-app = This app is not known here. Begin again in the app.
error-bad-redirect = The app wants the answer sent to an address that it did not register. It gets none.
error-invalid-scope = The app asks for more than it was registered with.
error-invalid-request = The app asks in a way that is not understood.
error-invalid = This value is not allowed.
error-bad-credentials = Username or password is wrong.
error-key-reused = You sent this form before, with other words. Send it once more to post this as well.
error-deleted = You sent this form before, and have deleted that post since. Send it once more to post it again.
error-too-many-uploads = Too many of your pictures wait for a post. Use some of them, or wait a day.
error-not-set-up = This server is not set up yet: its admin's account comes first.
error-too-many-follows = An account follows at most { $limit } others. Unfollow somebody first.
error-bad-utf8 = This text came damaged. Please type it again.
error-current-password-wrong = This is not your current password.
error-wrong = This is not right.
error-suspended = This account is suspended.
error-pending = An admin has not accepted this account yet.
error-closed = Sign-up is closed.
error-too-many = These are too many: at most { $limit }.
error-too-large = This file is too large.
error-unsupported-media = This is no JPEG, PNG, WebP or GIF image.
error-bad-email = This does not look like an email address.
error-no-letter = Use at least one letter.
error-same-as-username = A password is not the username.
error-wrong-password = This is not your current password.
error-bad-language = This is not a language.
error-too-many-mentions = A post can mention at most { $limit } people.
error-unknown-tweet = This post no longer exists, or you may not see it.
error-quote-of-not-public = Only public and unlisted posts can be quoted.
error-quote-of-not-allowed = The author of this post does not let you quote it.
error-poll-bad-number = A poll has at least { $limit } options.
error-poll-option-too-long = An option has at most { $limit } characters.
error-poll-same-option = No two options of a poll are the same.
error-poll-bad-time = A poll runs for 5 minutes to 30 days.
error-poll-empty-option = Every option of a poll has words.
error-choices-no-poll = This post has no poll.
error-choices-bad-choice = Choose among the options of the poll.
error-choices-voted = You have voted already.
error-choices-over = This poll is over.
error-own-poll = Nobody votes in a poll of their own.
error-media-not-found = The image is no longer here. Please choose it again.
error-unknown-media = The image is no longer here. Please choose it again.
error-too-big = This file is too large: at most { $limit } MiB.
error-unsupported-type = This kind of file is not taken here. JPEG, PNG, WebP and GIF images are.
error-broken-image = This image is damaged and cannot be read.
error-media-not-ready = A film or sound is still being prepared, or could not be. Send the form once more in a moment, or remove it.
error-broken-film = This film or sound is damaged and cannot be read.
error-too-large-film = This film is too large: at most 4,096 × 4,096 pixels.
error-film-too-long = This is too long: at most { $limit } minutes.
error-bad-focus = A focus is two numbers from -1 to 1.
error-upload-interrupted = The upload was interrupted. Send it once more.
error-too-many-pixels = This image has too many pixels.
error-too-many-frames = This animation is too long: at most { $limit } pictures.
error-not-yours = This belongs to somebody else.
error-admin = Only admins may do this.
error-blocked = There is a block between you and this account.
error-bad-endpoint = This is no address of a push service.
error-bad-push-key = This key cannot be used.
error-host-hidden = You have hidden the server of this account. Show it again to follow.
error-not-public = Only public and unlisted posts can be reposted.
error-set-up = This server is set up already. Log in.
error-unauthorized = Please log in.
error-too-many-requests = Too many tries. Wait a little.
error-busy = The server is busy. Try again in a moment.
error-internal = Something went wrong on our side.
error-not-found = It does not exist.
error-gone = It is gone.
error-csrf = This request seems to come from another site. Reload the page and try again.
error-bad-cursor = This page of the list no longer exists. Start again from the top of the list.
error-bad-multipart = The form did not arrive whole. Send it once more.
error-too-many-parts = The form has more than { $limit } parts.
error-form-too-long = The texts of the form are too long together: at most { $limit } bytes.
error-missing = Something is missing in the form.
error-bad-key = This form is broken. Reload the page and try again.
error-bad-url = This is no web address.
error-bad-value = An operator of this search has a value that it does not take. Right are: has:image, is:reply, lang:en, in:library, after:2026-01-31.
error-yourself = This cannot be done to your own account.
error-own-host = A server cannot block itself.
error-bad-host = A host is a name such as example.org, with its port if that is unusual.
error-federation-off = This server does not talk with other servers.
error-last-admin = You are the only admin here. Make somebody else an admin first.
error-moved = This account has moved. Post from the new one, or take the move back in the settings.
error-moved-lately = This account moved less than a week ago. Wait a little before it moves again.
error-no-alias = The new account does not name this one as an alias yet. Add it there first.
error-not-a-relay = This is not the address of a relay, or its server does not answer.
error-item-bad-tag = A hashtag has letters, digits and underscores.
error-item-bad-address = This is not the address of a page.
error-item-bad-id = This is not the id of a post.
error-item-bad-host = This is not the name of a server.
error-shortcode-taken = There is an emoji with this code. Change that one, or take another code.
error-shortcode-too-short = A code has at least { $limit } characters.
error-shortcode-too-long = A code has at most { $limit } characters.
error-shortcode-too-many = This server has { $limit } emoji, which is all it may have. Remove one first.
error-category-too-long = A heading has at most { $limit } characters.
error-picture-missing = Choose a picture.
error-unknown-account = There is no such account, or its server does not answer.
error-scheduled-at-too-soon = A scheduled post is due in 5 minutes at the soonest.
error-scheduled-at-too-many = Too many posts wait for their time already.
error-scheduled-at-full-day = Too many posts are due on that day already.

## Pages for what went wrong
fault-bad-title = That request made no sense to us
fault-bad = Something in it was missing or not allowed. Go back and try once more.
fault-unauthorized-title = Please log in
fault-unauthorized = This page is for people with an account here.
fault-forbidden-title = Not for you
fault-forbidden = You are not allowed to see or do this.
fault-not-found-title = Nothing on this branch
fault-not-found = The page does not exist, or it is not for everybody. Check the address.
fault-gone-title = Flown away
fault-gone = Its author has deleted it.
fault-too-many-title = A little slower, please
fault-too-many = That was a lot at once.
fault-internal-title = Something broke
fault-internal = It is our fault, not yours. It has been noted.
fault-busy-title = Very busy right now
fault-busy = The server has more to do than it can. Nothing of yours is lost.
fault-wait = { $n ->
    [one] Try again in { $count } second.
   *[other] Try again in { $count } seconds.
}
fault-retry = Try again
fault-home = Back to the start
fault-search = Search
fault-request = When you ask for help, say this number:
