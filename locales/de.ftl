### Deutsch. Argumente: $n wählt die Mehrzahl, $count ist dieselbe Zahl, fertig zum Zeigen.

## Rund um jede Seite
skip-to-content = Zum Inhalt
nav-main = Hauptmenü
nav-home = Start
nav-local = Lokal
nav-search = Suche
nav-notifications = Mitteilungen
nav-bookmarks = Lesezeichen
nav-requests = Folgeanfragen
nav-admin = Verwaltung
nav-profile = Profil
nav-settings = Einstellungen
nav-compose = Schreiben
nav-new = neu
nav-login = Anmelden
nav-logout = Abmelden
nav-signup = Registrieren
nav-account-menu = Dein Konto
side-label = Über diesen Ort
side-join = Mach mit
side-accounts = { $n ->
    [one] { $count } Mensch
   *[other] { $count } Menschen
}
side-posts = { $n ->
    [one] { $count } Beitrag
   *[other] { $count } Beiträge
}
side-contact = Betrieben von:
foot-source = Quelltext
foot-contact = Kontakt
foot-appearance = Aussehen und Sprache
foot-about = Über
older = Ältere
older-label = Mehr
back = Zurück
save = Speichern
cancel = Abbrechen

## Tastatur
keys-title = Tastenkürzel
keys-close = Schließen
keys-move = nächster, voriger Beitrag
keys-open = Beitrag öffnen
keys-new = Beitrag schreiben
keys-reply = antworten
keys-like = gefällt mir
keys-search = suchen
keys-help = diese Liste
keys-legend = Tastatur
keys-switch = Kürzel aus einer Taste
keys-switch-hint = Einzelne Buchstaben führen von Beitrag zu Beitrag, antworten und vergeben ein „Gefällt mir“. Schalte sie ab, wenn du mit der Stimme oder mit Tippen bedienst.

## Zahlen und Zeiten
count-decimal-mark = ,
count-thousands = { $number } Tsd.
count-millions = { $number } Mio.
time-now = jetzt
time-minutes = { $count } Min.
time-hours = { $count } Std.
time-days = { $n ->
    [one] { $count } Tag
   *[other] { $count } Tage
}
month-short = { $month ->
    [1] Jan.
    [2] Feb.
    [3] März
    [4] Apr.
    [5] Mai
    [6] Juni
    [7] Juli
    [8] Aug.
    [9] Sept.
    [10] Okt.
    [11] Nov.
   *[12] Dez.
}
month-long = { $month ->
    [1] Januar
    [2] Februar
    [3] März
    [4] April
    [5] Mai
    [6] Juni
    [7] Juli
    [8] August
    [9] September
    [10] Oktober
    [11] November
   *[12] Dezember
}
time-date = { $day }. { month-short }
time-date-year = { $day }. { month-short } { $year }
time-month-year = { month-long } { $year }
time-full = { $day }. { month-long } { $year }, { $clock } UTC

## Beiträge
tweet-reposted = { $name } hat geteilt
tweet-pinned = Angeheftet
tweet-reply-to = Antwort an { $name }
tweet-reply-to-unknown = Antwort auf einen Beitrag
tweet-edited = Bearbeitet
tweet-show = Zeigen
tweet-hide = Verbergen
tweet-sensitive = Heikle Bilder
tweet-quote-unavailable = Der zitierte Beitrag ist nicht verfügbar.
quote-unapproved = Dieses Zitat ist von der Person, die zitiert wird, nicht freigegeben.
quote-pending = Wartet darauf, dass die zitierte Person dieses Zitat erlaubt.
quote-rejected = Die zitierte Person erlaubt dieses Zitat nicht.
quote-revoked = Die zitierte Person erlaubt dieses Zitat nicht mehr.
tweet-images = { $n ->
    [one] { $count } Bild
   *[other] { $count } Bilder
}
tweet-poll = { $n ->
    [one] Umfrage mit { $count } Antwort
   *[other] Umfrage mit { $count } Antworten
}
poll-label = Umfrage
poll-vote = Abstimmen
poll-chosen = Deine Wahl
poll-over = Die Umfrage ist beendet
poll-until = Bis
poll-voters = { $n ->
    [one] { $count } Stimme
   *[other] { $count } Stimmen
}
tweet-reposts = { $count } mal geteilt
tweet-quotes = { $count } mal zitiert
tweet-likes = gefällt { $count }
media-alt = Bildbeschreibung
media-alt-badge = ALT
media-no-alt = Bild ohne Beschreibung
media-film-no-alt = Ein Film ohne Beschreibung
media-sound-no-alt = Ein Ton ohne Beschreibung
audience-public = Öffentlich
audience-unlisted = Nicht gelistet
audience-followers = Nur für Follower
audience-direct = Nur für Erwähnte
account-bot = Bot
account-locked = Bestätigt Follower

## Was man mit einem Beitrag tun kann
action-reply = Antworten
action-repost = Teilen
action-repost-off = Dieser Beitrag kann nicht geteilt werden
action-like = Gefällt mir
action-bookmark = Merken
action-more = Mehr
action-quote = Zitieren
action-unquote = Zitat meines Beitrags entfernen
action-history = Frühere Fassungen
action-original = Auf dem eigenen Server öffnen
action-edit = Bearbeiten
action-pin = An dein Profil heften
action-unpin = Vom Profil lösen
action-delete = Löschen
action-delivery = Zustellung
action-mute = @{ $handle } stummschalten
action-unmute = @{ $handle } wieder zeigen
action-block = @{ $handle } blockieren
action-unblock = @{ $handle } freigeben
action-report = @{ $handle } melden
action-report-post = Beitrag melden

## Folgen
follow = Folgen
follow-back = Zurückfolgen
follow-ask = Anfragen
following = Folge ich
unfollow = Entfolgen
unblock = Freigeben
unmute = Wieder zeigen
requested = Angefragt
take-back = Zurückziehen
follows-you = Folgt dir
remove-follower = Diesen Follower entfernen
request-accept = Annehmen
request-reject = Ablehnen
requests-empty-title = Keine Anfragen
requests-empty = Wenn dir jemand folgen möchte, entscheidest du hier.
follows-label = Follower und Gefolgte
follows-followers = Follower von { $name }
follows-following = { $name } folgt
follows-tab-followers = Follower
follows-tab-following = Folgt
followers-empty-title = Noch keine Follower
followers-empty = Wer diesem Konto folgt, erscheint hier.
following-empty-title = Folgt noch niemandem
following-empty = Hier erscheinen die Konten, denen dieses Konto folgt.

## Schreiben
compose-title = Neuer Beitrag
compose-title-reply = Antworten
compose-title-quote = Zitieren
compose-title-edit = Beitrag bearbeiten
compose-text = Text
compose-invite = Was gibt es Neues von deinem Ast?
compose-invite-reply = Schreib deine Antwort
compose-invite-quote = Sag etwas dazu
compose-quote-asked = Wer diesen Beitrag geschrieben hat, entscheidet über jedes Zitat. Bis dahin sehen andere nur einen Link.
compose-post = Veröffentlichen
compose-reply = Antworten
compose-save = Änderungen speichern
compose-extras = Bilder, Warnung, Sprache
compose-image = Bild { $count }
compose-image-remove = Entfernen
compose-film = Ein Film oder Ton, der noch vorbereitet wird
compose-alt = Beschreibung
compose-alt-hint = Was ist darauf zu sehen?
compose-warning = Inhaltswarnung
compose-warning-hint = Verbirgt den Beitrag hinter diesen Worten
compose-emoji = Emoji dieses Servers
compose-language = Sprache
compose-language-none = Nicht angegeben
compose-poll = Umfrage
compose-poll-option = Antwort { $count }
compose-poll-multiple = Mehrere Antworten sind möglich
compose-poll-lasts = Dauert
compose-audience = Wer es sehen kann
compose-limit = bis { $count }
compose-over = Zu lang
compose-left = Zeichen übrig: { $count }

## Start, Lokal, Hashtags, Lesezeichen
home-posts = Beiträge der Konten, denen du folgst
home-empty-title = Auf deinem Ast ist es noch still
home-empty = Folge ein paar Leuten, und ihre Beiträge sammeln sich hier.
home-empty-local = Schau, wer da ist
home-empty-search = Leute suchen
local-title = Was Leute auf { $site } schreiben
local-here = Dieser Server
local-everywhere = Alle Server
federated-title = Was auf diesem Server und allen, die er kennt, öffentlich ist
local-empty-title = Noch hat niemand geschrieben
local-empty = Der erste Beitrag ist der schwerste. Trau dich.
welcome-title = Willkommen bei { $site }
welcome-text = Ein kleiner Ort in einem großen Netz. Mach hier mit und sprich auch mit Leuten auf tausenden anderen Servern.
tag-similar = Ähnliche Hashtags
tag-posts = { $n ->
    [one] { $count } Beitrag
   *[other] { $count } Beiträge
}
tag-empty-title = Keine Beiträge mit diesem Hashtag
tag-empty = Schreib einen, dann steht er hier.
bookmarks-private = Nur du siehst sie.
bookmarks-empty-title = Noch nichts gemerkt
bookmarks-empty = Merk dir einen Beitrag, dann findest du ihn hier wieder.

## Verlauf, Fassungen, Löschen
thread-title = Beitrag
thread-by = Beitrag von { $name }
thread-replies = Antworten
thread-empty-title = Noch keine Antworten
thread-empty = Sei die erste Stimme.
thread-above = Dieses Gespräch beginnt weiter oben. Zeig, was davor kommt
thread-below = Es gibt mehr Antworten, als auf diese Seite passen. Öffne eine, um zu sehen, was darauf folgt.
thread-below-last = Bei der letzten gezeigten weiterlesen
thread-looking = Auf anderen Servern wird nach weiteren Antworten gesucht. Lade neu, um zu sehen, was gefunden wurde.
thread-found = { $n ->
    [one] { $count } fehlender Beitrag wurde auf anderen Servern gefunden.
   *[other] { $count } fehlende Beiträge wurden auf anderen Servern gefunden.
}
history-title = Fassungen dieses Beitrags
history-now = Jetzt
history-then = Davor
history-first = Erste Fassung
delete-title = Diesen Beitrag löschen?
delete-text = Er verschwindet hier, und andere Server werden gebeten, ihre Kopien zu löschen. Das lässt sich nicht rückgängig machen.
delete-confirm = Löschen
delete-keep = Behalten

## Profil
profile-edit = Profil bearbeiten
profile-original = Auf dem eigenen Server öffnen
profile-joined = Dabei seit
profile-moved = Umgezogen zu { $name }
profile-muted = Stumm
profile-tabs = Beiträge dieses Kontos
profile-tab-posts = Beiträge
profile-tab-replies = Antworten
profile-tab-media = Bilder
profile-posts = { $n ->
    [one] { $count } Beitrag
   *[other] { $count } Beiträge
}
profile-following = folgt { $count }
profile-followers = { $count } Follower
profile-seen-here = Gezählt vom eigenen Server. Hier bekannt:
profile-empty-title = Hier ist noch nichts
profile-empty = Sobald dieses Konto schreibt, steht es hier.
profile-empty-own-title = Hier ist noch nichts
profile-empty-own = Was du schreibst, steht hier.
profile-blocking-title = Du hast dieses Konto blockiert
profile-blocking = Gib es frei, um seine Beiträge zu sehen.
profile-blocked-title = Du kannst diese Beiträge nicht sehen
profile-blocked = Dieses Konto hat dich blockiert.

## Mitteilungen
notification-follow = { $name } folgt dir
notification-follow-request = { $name } möchte dir folgen
notification-mention = { $name } hat dich erwähnt
notification-reply = { $name } hat dir geantwortet
notification-like = { $name } gefällt dein Beitrag
notification-retweet = { $name } hat deinen Beitrag geteilt
notification-quote = { $name } hat deinen Beitrag zitiert
notification-edited = { $name } hat einen Beitrag bearbeitet, den du geteilt oder in dem du abgestimmt hast
notification-quoted-edited = { $name } hat einen Beitrag bearbeitet, den du zitiert hast
notification-posted = { $name } hat etwas veröffentlicht
notification-poll-ended = Die Umfrage von { $name } ist beendet
notification-unread = Neu
notification-answer = Anfrage beantworten
notifications-read = Alles gelesen
notifications-empty-title = Alles ruhig
notifications-empty = Antworten, Reaktionen und neue Follower erscheinen hier.

## Suche
search-label = Beiträge, Leute und Hashtags suchen
search-placeholder = Suchwort oder Adresse
search-go = Suchen
search-title = Suche: { $query }
search-tabs = Arten von Treffern
search-tab-posts = Beiträge
search-tab-people = Leute
search-tab-tags = Hashtags
search-found = Im Netz gefunden
search-found-post = Dieser Beitrag
search-lookup-nonsense = Das ist weder ein Kontoname noch die Adresse eines Profils oder Beitrags.
search-lookup-unknown = Dieses Konto oder diesen Beitrag gibt es nicht. Prüfe die Schreibweise und versuche es noch einmal.
search-lookup-gone = Das gab es einmal, und jetzt nicht mehr.
search-lookup-unreachable = Jener Server antwortet gerade nicht. Versuche es später noch einmal.
search-lookup-refused = Jener Server gibt das nicht heraus, oder nicht in einer Form, die hier verstanden wird.
search-lookup-blocked = Jener Server oder jenes Konto ist hier gesperrt.
search-lookup-sign-in = Melde dich an, um Konten auf anderen Servern zu finden.
search-empty-title = Nichts gefunden
search-empty = Versuch es mit weniger oder anderen Wörtern.
search-order = Reihenfolge
search-newest = Neueste
search-best = Beste
why-own = Von dir
why-followed = Du folgst ihnen
why-touched = Gefällt Leuten, denen du folgst, oder sie haben es geteilt
why-near = Leute, denen du folgst, folgen ihnen
why-recent = Von diesen Tagen
why-words = Passt zu deinen Wörtern
explore-trends = Zurzeit viel benutzt
explore-people = Leute, denen du folgen könntest
suggested-friends = { $n ->
    [one] { $count } Person, der du folgst, folgt ihnen
   *[other] { $count } Leute, denen du folgst, folgen ihnen
}
suggested-hashtag = Benutzt #{ $tag }, dem du folgst
suggested-known = Beliebt hier
search-help-title = Wonach du suchen kannst
search-help-tag-example = hashtag
search-help-tag = Beiträge mit einem Hashtag
search-help-handle-example = name@example.org
search-help-handle = ein Konto auf irgendeinem Server
search-help-url = die Adresse eines Beitrags oder Profils auf einem anderen Server

## Zustellung
delivery-title = Zustellung
delivery-about = Was auf anderen Servern aus diesem Beitrag wurde. Abgeschlossenes bleibt 30 Tage stehen.
delivery-empty-title = Noch nirgends
delivery-empty = Dieser Beitrag war nicht für andere Server, oder es ist lange her.
delivery-delivered = Zugestellt
delivery-refused = Abgelehnt
delivery-given-up = Aufgegeben
delivery-dropped = Nicht gesendet
delivery-waiting = Wartet
delivery-tries = Versuche: { $number }

## Verwaltung
admin-signups = Aufnahme
admin-reports = Meldungen
admin-trends = Trends
admin-instances = Instanzen
admin-inbox = Eingang
about-title = Über diesen Server
about-rules = Regeln
about-more = Mehr dazu
about-privacy = Datenschutz
about-terms = Nutzungsbedingungen
admin-relays = Relays
admin-emoji = Emoji
admin-about = Regeln und Texte
admin-announcements = Ankündigungen
signup-approve = Aufnehmen
signup-reject = Abweisen
signups-empty-title = Niemand wartet
signups-empty = Wenn jemand ein Konto möchte, entscheidest du hier.
instances-filter = Anzeigen
instances-all = Alle
instances-empty-title = Keine solchen Instanzen
instances-empty = Andere Server erscheinen hier, sobald wir etwas mit ihnen austauschen.
instance-reachable = Erreichbar
instance-failing = Gestört
instance-dead = Verschwunden
instance-blocked = Gesperrt
instance-waiting = { $number } warten
instance-state = Zustand
instance-waits = Wartende Sendungen
instance-oldest = Älteste
instance-answered = Letzte Antwort
instance-failed = Letzte Störung
instance-failures = Störungen in Folge
instance-failing-since = Gestört seit
instance-next = Nächster Versuch
instance-form = Signaturen
instance-software = Software
instance-known-since = Bekannt seit
instance-retry = Jetzt erneut versuchen
instance-forget = Wartendes vergessen
instance-forget-title = Vergessen, was für { $host } wartet?
instance-forget-text = Diese Sendungen werden nie zugestellt. Was von nun an geschrieben wird, geht weiterhin dorthin.
instance-block = Sperren
instance-block-title = { $host } sperren?
instance-block-text = Dorthin wird nichts mehr gesendet und von dort nichts angenommen, auch nicht von Servern unter diesem Namen. Was wartet, wird vergessen.
instance-unblock = Entsperren
parked-about = Diese Aktivitäten kamen von anderen Servern und ließen sich nicht verarbeiten. Sie werden eine Weile aufbewahrt.
parked-empty-title = Nichts hängt fest
parked-empty = Aktivitäten anderer Server, die sich nicht verarbeiten ließen, liegen hier.
parked-retry = Erneut versuchen
parked-forget = Vergessen

## Umziehen
move-title = Zu einem anderen Konto umziehen
move-text = Wer dir folgt, folgt danach dem neuen Konto, und hier steht, wohin du gegangen bist. Anmelden kannst du dich weiter, schreiben nicht. Trag dieses Konto vorher dort als Alias ein.
move-target = Das neue Konto
move-go = Umziehen
move-done-title = Du bist umgezogen
move-done = Dieses Konto ist zu { $name } umgezogen. Hier wird nichts mehr geschrieben.
move-undo-hint = Du kannst das zurücknehmen und hier wieder schreiben. Wer mit dir gegangen ist, bleibt dort.
move-undo = Umzug zurücknehmen
aliases-title = Von anderswo hierher umziehen
aliases-text = Nenne deine anderen Konten, eins pro Zeile, als Handle oder Adresse. Beginne den Umzug dann dort.
aliases-label = Deine anderen Konten

## Deleting an account
leave-hint = Entfernt alles von dir hier, für immer.
leave-title = Konto löschen
leave-text = Das lässt sich nicht rückgängig machen. Wenn du nur woanders sein willst, zieh mit deinem Konto um: Dann kommt mit, wer dir folgt.
leave-now = Dein Profil und deine Beiträge verschwinden sofort von diesem Server, und du wirst überall abgemeldet.
leave-erased = Deine Beiträge, Bilder, Likes und Reposts, wem du folgst und wer dir folgt, deine Benachrichtigungen, deine E-Mail-Adresse und dein Passwort werden bald danach gelöscht.
leave-elsewhere = Andere Server, die etwas von dir haben, werden gebeten, es zu löschen. Die meisten tun das, zwingen kann sie niemand.
leave-name = Dein Benutzername bleibt vergeben, damit sich niemand für dich ausgibt. Auch du bekommst ihn nicht zurück.
leave-go = Mein Konto löschen
leave-stay = Bleiben

## Relays
relay-address = Die Adresse eines Relays
relay-address-hint = Sein Posteingang, der auf /inbox endet, oder die Adresse seines Akteurs. Öffentliche Beiträge gehen in beide Richtungen, sobald es zugestimmt hat.
relay-add = Abonnieren
relay-remove = Entfernen
relay-asked = Wartet auf Antwort
relay-accepted = Angenommen
relay-rejected = Abgelehnt
relays-empty-title = Keine Relays
relays-empty = Ein Relay reicht öffentliche Beiträge unter seinen Abonnenten weiter, damit ein kleiner Server mehr sieht als die Leute, denen jemand folgt.
emoji-code = Kürzel
emoji-code-hint = Buchstaben, Ziffern und Unterstriche. Es wird zwischen Doppelpunkten geschrieben, etwa :rook:
emoji-category = Kategorie
emoji-picture = Bild
emoji-picture-hint = PNG, GIF, WebP oder JPEG mit höchstens 1 MiB. Es wird mit Seiten von höchstens 128 Pixeln gespeichert; eine Animation steht still.
emoji-add = Hinzufügen
emoji-change = Ändern
emoji-replace = Ein anderes Bild
emoji-enable = Einschalten
emoji-disable = Ausschalten
emoji-is-disabled = ausgeschaltet
emoji-remove = Entfernen
emoji-empty-title = Noch keine Emoji
emoji-empty = Was du hier hinzufügst, dürfen alle auf diesem Server mit seinem Kürzel schreiben, und andere Server zeigen es auch.
house-text = Was dieser Server von sich sagt. Alle lesen es, auch bevor sie ein Konto anlegen.
house-see = Seite ansehen
house-change = Ändern
house-remove = Entfernen
house-words = Text
house-words-hint = Einfacher Text; Adressen werden Links. Leer gelassen verschwindet er.
house-terms-hint = Einfacher Text. Was du speicherst, gilt ab heute; Bedingungen früherer Tage bleiben aufbewahrt. Leer gelassen verschwinden sie alle.
house-written = Zuletzt geschrieben:
house-picture = Bild
house-picture-now = Das Bild dieses Servers
house-picture-file = Ein Bild dieses Servers
house-picture-hint = JPEG, PNG, WebP oder GIF, am besten etwa doppelt so breit wie hoch. Apps zeigen es, wo man sich einen Server sucht, und andere Seiten neben Links hierher; seine Mitte wird das Symbol.
house-picture-remove = Bild entfernen
rules-empty = Es gibt noch keine Regeln.
rule-new = Eine neue Regel
rule-rule = Regel
rule-hint = Was damit gemeint ist
rule-hint-hint = Ein oder zwei Sätze; darf leer bleiben.
rule-add = Regel hinzufügen
rule-change = Eine Regel ändern
rule-change-text = Mit anderen Worten ist es eine neue Regel. Meldungen, die die alte nennen, behalten deren Worte.
rule-up = Nach oben
rule-down = Nach unten
rule-number = Regel { $count }
announcement = Ankündigung
announcement-words = Was alle hier wissen sollen
announcement-starts = Ab
announcement-ends = bis
announcement-starts-utc = Beginn (UTC)
announcement-ends-utc = Ende (UTC)
announcement-ends-hint = Beides darf leer bleiben. Nach ihrem Ende wird eine Ankündigung nicht mehr gezeigt.
announcement-all-day = Ganztägig
announcement-all-day-hint = Nur die Tage zählen: vom ersten bis zum Ende des letzten.
announcement-add = Ankündigen
announcement-change = Eine Ankündigung ändern
announcement-remove = Zurücknehmen
announcement-of = Ankündigung von
announcement-published = Veröffentlicht:
announcement-over = vorbei
announcement-read = Gelesen
announcements-empty-title = Nichts angekündigt
announcements-empty = Was du ankündigst, steht bei allen auf der Startseite, bis sie es gelesen haben, und in ihren Apps.

## Meldungen
report-title = @{ $handle } melden
report-text = Wer diesen Ort betreibt, sieht sich das an. Das Konto erfährt nicht, wer es gemeldet hat.
report-comment = Was stimmt nicht?
report-forward = Auch { $host } Bescheid geben
report-forward-hint = Der Server dort bekommt deine Worte und den Beitrag, aber nicht deinen Namen.
report-send = Melden
report-by = Gemeldet von { $name }
report-by-nobody = Gemeldet von jemandem, der nicht mehr hier ist
report-from = Gemeldet von { $host }
report-forwarded = der Server des Kontos weiß davon
report-resolve = Erledigt
report-reopen = Wieder öffnen
report-resolved-by = Erledigt von @{ $handle }
reports-open = Offen
reports-resolved = Erledigt
reports-empty-title = Keine offenen Meldungen
reports-empty = Wenn jemand ein Konto oder einen Beitrag meldet, steht es hier.
reports-none-title = Noch nichts hier
reports-none = Erledigte Meldungen stehen hier.
trends-tags = Hashtags
trends-links = Links
trends-posts = Beiträge
trends-publishers = Herausgeber
trends-which = Welche
trends-now = Jetzt
trends-decided = Entschieden
trends-review-on = Nichts wird zum Trend, bevor du zustimmst (die Einstellung trends_review). Was du entscheidest, gilt sofort.
trends-review-off = All das ist im Trend, außer was du ablehnst. Was du entscheidest, gilt sofort.
trends-empty-title = Nichts fällt auf
trends-empty = Was mehr Leute als sonst benutzen, erscheint hier, innerhalb weniger Minuten.
trends-undecided-title = Nichts entschieden
trends-undecided = Was du zulässt oder ablehnst, erscheint hier, damit du es dir anders überlegen kannst.
trend-waiting = Nicht entschieden
trend-is-approved = Zugelassen
trend-is-rejected = Abgelehnt
trend-publisher-approved = Herausgeber zugelassen
trend-publisher-rejected = Herausgeber abgelehnt
trend-approve = Zulassen
trend-reject = Ablehnen
trend-forget = Zurücknehmen
trend-approve-publisher = Herausgeber zulassen
trend-reject-publisher = Herausgeber ablehnen

## Die Tür
field-username = Benutzername
field-username-hint = Buchstaben, Ziffern und Unterstriche. Er lässt sich später nicht ändern.
field-email = E-Mail
field-password = Passwort
field-password-hint = Mindestens 8 Zeichen. Ein paar Wörter ohne Zusammenhang sind ein gutes.
field-login = Benutzername oder E-Mail
setup-title = Leg das erste Konto an
setup-text = Dieser Server ist neu. Sein erstes Konto verwaltet ihn: deins. Adressen enden auf @{ $host }.
setup-go = Konto anlegen
signup-title = { $site } beitreten
signup-text = Such dir einen Namen für deinen Platz in der Kolonie aus.
signup-approval = Wer diesen Ort betreibt, sieht sich jede Anfrage an. Erzähl ein wenig von dir.
signup-reason = Warum möchtest du mitmachen?
signup-go = Registrieren
signup-ask = Anfrage senden
signup-have = Schon ein Konto?
signup-closed-title = Die Registrierung ist geschlossen
signup-closed = { $site } nimmt gerade keine neuen Konten auf. Mitlesen kannst du trotzdem.
signup-look-around = Umsehen
signup-waiting-title = Danke, deine Anfrage ist da
signup-waiting = Bald sieht sie sich jemand an. Sobald sie angenommen ist, kannst du dich anmelden.
login-title = Willkommen zurück
login-text = Anmelden bei { $host }.
login-new = Neu hier?

## Einstellungen
settings-profile = Profil
settings-security = Sicherheit
settings-move = Umziehen
settings-away = Blockiert, stumm
settings-appearance = Aussehen und Sprache
profile-form-pictures = Bilder
profile-form-avatar = Profilbild
profile-form-header = Titelbild
profile-form-remove = Bild entfernen
profile-form-name = Anzeigename
profile-form-bio = Über dich
profile-form-fields = Angaben
profile-form-field-name = Name der Angabe { $count }
profile-form-field-name-hint = Bezeichnung
profile-form-field-value = Angabe { $count }
profile-form-field-value-hint = Inhalt
profile-form-rules = Dein Konto
profile-form-locked = Follower bestätigen
profile-form-locked-hint = Leute fragen, bevor sie dir folgen.
profile-form-bot = Das ist ein Bot
profile-form-bot-hint = Meist schreibt hier ein Programm.
profile-form-discoverable = Anderen vorschlagen
profile-form-discoverable-hint = Dein Profil darf gelistet und vorgeschlagen werden.
profile-form-indexable = Beiträge durchsuchbar machen
profile-form-indexable-hint = Deine öffentlichen Beiträge dürfen in der Suche auftauchen.
profile-form-quotable = Wer deine öffentlichen und nicht gelisteten Beiträge zitieren darf
quotable-everyone = Alle
quotable-followers = Wer dir folgt
quotable-nobody = Niemand
password-title = Passwort
password-current = Jetziges Passwort
password-new = Neues Passwort
password-change = Passwort ändern
password-ends = Dabei enden alle anderen Sitzungen.
sessions-title = Wo du angemeldet bist
sessions-text = Beende, was du nicht kennst.
sessions-current = diese hier
sessions-since = seit
sessions-seen = zuletzt benutzt
sessions-end = Beenden

# One's e-mail address
settings-email = E-Mail
email-title = Deine E-Mail-Adresse
email-confirmed = bestätigt
email-wanted = { $name } tritt an ihre Stelle, sobald du dem Link in der E-Mail dorthin folgst.
email-failed = Die E-Mail konnte nicht zugestellt werden. Stimmt die Adresse?
email-waits = Eine E-Mail ist unterwegs. Folge dem Link darin innerhalb eines Tages.
email-unconfirmed = Sie ist noch nicht bestätigt, und es wird nichts dorthin geschickt.
email-again = E-Mail zusenden
email-no-mail = Dieser Server verschickt keine E-Mails.
email-change = Andere Adresse verwenden
email-new = Neue Adresse
confirm-title = E-Mail-Adresse bestätigen
confirm-text = Ist { $name } deine Adresse?
confirm-go = Ja, das ist meine

# The digest
digest-title = Per E-Mail, was du nicht gelesen hast
digest-every = Wie oft
digest-off = Nie
digest-daily = Täglich
digest-weekly = Wöchentlich
digest-hour = Zu welcher Stunde (0 bis 23)
digest-failed = Sie wurde abgeschaltet: An deine Adresse ließ sich nichts zustellen. Sieh nach, ob sie stimmt, und schalte sie wieder ein.
digest-unconfirmed = Sie kommt, sobald deine Adresse bestätigt ist:
unsubscribe-title = E-Mails mit dem, was du nicht gelesen hast
unsubscribe-text = Möchtest du diese E-Mails nicht mehr?
unsubscribe-go = Keine mehr davon
unsubscribe-done = Du bekommst diese E-Mails nicht mehr. In den Einstellungen kannst du sie wieder einschalten.

# Letters
letter-hello = Hallo { $name },
letter-confirm-subject = Bestätige deine E-Mail-Adresse bei { $name }
letter-confirm-text = jemand, hoffentlich du, hat bei { $name } diese Adresse für ein Konto angegeben. Bitte bestätige, dass sie dir gehört:
letter-confirm-link = Adresse bestätigen
letter-confirm-foot = Der Link gilt einen Tag lang. Warst du das nicht, musst du nichts tun: Es kommt keine weitere E-Mail.
letter-digest-subject = Neues bei { $name }
letter-digest-text = das ist bei { $name } geschehen, seit du zuletzt nachgesehen hast:
letter-digest-others = { $name } und { $n ->
    [one] eine weitere Person
   *[other] { $n } weitere
}
letter-digest-more = { $n ->
    [one] Noch etwas ist geschehen.
   *[other] Noch { $count } Dinge sind geschehen.
}
letter-digest-link = Alles ansehen
letter-digest-foot = Du bekommst dies, weil du es in deinen Einstellungen so gewählt hast.
letter-digest-choose = Wählen, was darin steht
letter-digest-end = Keine solchen E-Mails mehr

# Of what one is told
told-in-list = In der Liste
told-in-list-hint = Was du hier abschaltest, wird auch sonst nirgends gemeldet.
told-by-push = Auf deinen Geräten
told-by-push-hint = Nachrichten an Telefone und Browser, denen der Server schreiben darf.
told-by-mail = Per E-Mail
told-by-mail-hint = Was in der E-Mail mit allem Ungelesenen steht.
told-by-followed = Denen du folgst
told-by-follower = Die dir folgen
told-by-other = Andere
told-follow = Neue Follower
told-follow-request = Anfragen, dir zu folgen
told-mention = Erwähnungen
told-reply = Antworten
told-like = „Gefällt mir“
told-retweet = Geteilte Beiträge
told-quote = Zitate
told-poll-ended = Beendete Umfragen
told-edited = Änderungen an Beiträgen, die du geteilt oder in denen du abgestimmt hast
told-quoted-edited = Änderungen an Beiträgen, die du zitiert hast
told-posted = Neue Beiträge von Leuten, von denen du hören willst
quiet-title = Ruhezeit
quiet-switch = Jeden Tag nicht stören
quiet-hint = Dann kommen keine Nachrichten auf deine Geräte und keine E-Mails. Die Liste läuft weiter, und nichts wird nachgeschickt.
quiet-from = Von
quiet-until = Bis
time-zone = Zeitzone
time-zone-none = Keine (UTC)

theme-label = Aussehen
theme-auto = Wie mein Gerät
theme-light = Hell
theme-dark = Dunkel
language-label = Sprache
language-auto = Wie mein Browser

## Apps
settings-apps = Apps
consent-title = Eine App hereinlassen?
consent-text = „{ $app }“ möchte dein Konto benutzen.
consent-account = Du bist als @{ $handle } angemeldet.
consent-website = Die App nennt als ihre Website
consent-may = Sie könnte dann
consent-hint = Du kannst das jederzeit unter Einstellungen, Apps zurücknehmen.
consent-allow = Erlauben
consent-deny = Nicht erlauben
consent-switch = Anderes Konto benutzen
code-title = Noch ein Schritt
code-text = Kopiere diesen Code in die App. Er gilt zehn Minuten.
code-label = Code
code-hint = Gib ihn niemand anderem: Wer ihn hat, kann dein Konto benutzen.
apps-title = Apps, die dein Konto benutzen dürfen
apps-text = Beende, was du nicht kennst oder nicht mehr brauchst.
apps-may = Erlaubt:
apps-none = Keine App darf dein Konto benutzen.
apps-end = Zugriff beenden
scope-read = alles in deinem Konto sehen, auch private Beiträge und Nachrichten
scope-read-accounts = dein Profil und die Profile anderer sehen
scope-read-blocks = sehen, wen du blockierst
scope-read-bookmarks = deine Lesezeichen sehen
scope-read-collections = deine Sammlungen sehen
scope-read-favourites = sehen, was dir gefällt
scope-read-filters = deine Filter sehen
scope-read-follows = sehen, wem du folgst und wer dir folgt
scope-read-lists = deine Listen sehen
scope-read-mutes = sehen, wen du stummgeschaltet hast
scope-read-notifications = deine Mitteilungen sehen
scope-read-search = für dich suchen
scope-read-statuses = Beiträge sehen, auch solche, die nur du und einige andere sehen
scope-write = alles in deinem Konto tun: schreiben, löschen, folgen, dein Profil ändern
scope-write-accounts = dein Profil ändern
scope-write-blocks = Leute blockieren und das zurücknehmen
scope-write-bookmarks = Lesezeichen setzen und entfernen
scope-write-collections = deine Sammlungen ändern
scope-write-conversations = Unterhaltungen stummschalten und löschen
scope-write-favourites = Beiträge mit „Gefällt mir“ versehen
scope-write-filters = deine Filter ändern
scope-write-follows = Leuten folgen und entfolgen
scope-write-lists = deine Listen ändern
scope-write-media = Bilder und andere Dateien hochladen
scope-write-mutes = Leute und Unterhaltungen stummschalten und das zurücknehmen
scope-write-notifications = deine Mitteilungen leeren
scope-write-reports = andere melden
scope-write-statuses = Beiträge schreiben, ändern und löschen
scope-follow = sehen und ändern, wem du folgst, wen du stummschaltest und blockierst
scope-push = deine Mitteilungen als Push empfangen
scope-profile = erfahren, wer du bist, und sonst nichts
scope-admin-read = alles sehen, was du als Admin siehst
scope-admin-read-accounts = die Kontodaten sehen, die du als Admin siehst
scope-admin-read-canonical-email-blocks = sehen, welche E-Mail-Adressen über ihren Abdruck gesperrt sind
scope-admin-read-domain-allows = sehen, welche Server zugelassen sind
scope-admin-read-domain-blocks = sehen, welche Server gesperrt sind
scope-admin-read-email-domain-blocks = sehen, welche E-Mail-Anbieter gesperrt sind
scope-admin-read-ip-blocks = sehen, welche Netzadressen gesperrt sind
scope-admin-read-reports = Meldungen sehen
scope-admin-write = alles tun, was du als Admin tun kannst
scope-admin-write-accounts = als Admin über Konten entscheiden
scope-admin-write-canonical-email-blocks = E-Mail-Adressen über ihren Abdruck sperren
scope-admin-write-domain-allows = ändern, welche Server zugelassen sind
scope-admin-write-domain-blocks = ändern, welche Server gesperrt sind
scope-admin-write-email-domain-blocks = ändern, welche E-Mail-Anbieter gesperrt sind
scope-admin-write-ip-blocks = ändern, welche Netzadressen gesperrt sind
scope-admin-write-reports = über Meldungen entscheiden

## Blockierte und stummgeschaltete Konten
away-blocked = Blockiert
away-muted = Stumm
away-blocked-none-title = Niemand ist blockiert
away-blocked-none = Wenn du jemanden blockierst, kannst du es hier zurücknehmen.
away-muted-none-title = Niemand ist stumm
away-muted-none = Wenn du jemanden stummschaltest, kannst du es hier zurücknehmen.

## Was Leute mit einem Beitrag getan haben
reactions-label = Geteilt, zitiert, gefällt
reactions-reposts = Geteilt
reactions-quotes = Zitiert
reactions-likes = Gefällt
reactions-none-title = Hier ist nichts zu sehen
reactions-none = Wer diesen Beitrag teilt, zitiert oder mag, erscheint hier.

## Nach einer Handlung; der Schlüssel ist flash- und der Code
flash-posted = Veröffentlicht.
flash-edited = Änderungen gespeichert.
flash-deleted = Gelöscht.
flash-pinned = An dein Profil geheftet.
flash-unpinned = Gelöst.
flash-unquoted = Dein Beitrag wird dort nicht mehr zitiert.
flash-voted = Deine Stimme zählt.
flash-voted-before = Du hattest schon abgestimmt.
flash-poll-over = Diese Umfrage ist beendet.
flash-choose = Wähle zuerst eine Antwort.
flash-muted = Stummgeschaltet. Du siehst diese Beiträge nicht mehr.
flash-unmuted = Wieder zu sehen.
flash-blocked = Blockiert. Ihr seht einander nicht mehr.
flash-unblocked = Freigegeben.
flash-follower-removed = Dieses Konto folgt dir nicht mehr.
flash-request-sent = Deine Anfrage ist unterwegs.
flash-request-accepted = Anfrage angenommen.
flash-request-rejected = Anfrage abgelehnt.
flash-signup-approved = Das Konto ist freigegeben.
flash-signup-rejected = Abgewiesen. Die Anfrage ist vergessen.
flash-account-deleted = Dein Konto ist gelöscht. Mach’s gut.
flash-moved = Du bist umgezogen. Wer dir folgt, kommt nach.
flash-move-undone = Der Umzug ist zurückgenommen.
flash-aliases-saved = Gespeichert.
flash-relay-added = Das Relay ist angefragt.
flash-relay-removed = Das Relay ist entfernt.
flash-emoji-added = Das Emoji ist hinzugefügt.
flash-emoji-changed = Das Emoji ist geändert.
flash-emoji-enabled = Das Emoji ist eingeschaltet.
flash-emoji-disabled = Das Emoji ist ausgeschaltet. Sein Kürzel steht als Text da.
flash-emoji-removed = Das Emoji ist entfernt. Sein Kürzel steht als Text da.
flash-rule-added = Die Regel ist hinzugefügt.
flash-rule-changed = Die Regel ist geändert.
flash-rule-moved = Die Regeln stehen in neuer Reihenfolge.
flash-rule-removed = Die Regel ist entfernt.
flash-text-written = Gespeichert.
flash-picture-set = Der Server hat sein neues Bild.
flash-picture-removed = Das Bild ist entfernt.
flash-announced = Angekündigt.
flash-announcement-changed = Die Ankündigung ist geändert.
flash-announcement-removed = Die Ankündigung ist zurückgenommen.
flash-reported = Gemeldet. Jemand sieht es sich an.
flash-report-resolved = Die Meldung ist erledigt.
flash-report-reopened = Die Meldung ist wieder offen.
flash-trend-approved = Es darf in die Trends.
flash-trend-rejected = Es ist nicht mehr im Trend.
flash-trend-forgotten = Es ist wieder unentschieden.
flash-instance-retried = Es wird jetzt erneut versucht.
flash-instance-forgotten = Was wartete, ist vergessen.
flash-instance-blocked = Gesperrt. Dorthin geht nichts mehr, von dort kommt nichts mehr.
flash-instance-unblocked = Entsperrt.
flash-parked-retried = Es wird jetzt erneut versucht.
flash-parked-forgotten = Vergessen.
flash-profile-saved = Profil gespeichert.
flash-password-changed = Passwort geändert. Andere Sitzungen sind beendet.
flash-app-ended = Die App darf dein Konto nicht mehr benutzen.
flash-app-denied = Die App wurde nicht hereingelassen.
flash-session-ended = Sitzung beendet.
flash-appearance-saved = Gespeichert.
flash-letter-sent = Eine E-Mail ist unterwegs. Folge dem Link darin.
flash-letter-later = Jetzt wurde keine E-Mail verschickt. Warte ein wenig und sieh dann nach.
flash-email-confirmed = Deine E-Mail-Adresse ist bestätigt.
flash-notifications-read = Alles gelesen.
flash-logged-out = Du bist abgemeldet. Bis bald.
flash-welcome = Willkommen! Das ist deine Startseite.
flash-expired = Deine Sitzung ist zu Ende. Bitte melde dich wieder an.
flash-refused = Das hat nicht geklappt.

## Klagen über eine Eingabe; der Schlüssel ist error-, das Feld, wenn es eigene Worte braucht, und der Code
error-required = Bitte ausfüllen.
error-empty = Bitte ausfüllen.
error-text-empty = Schreib etwas oder füg ein Bild hinzu.
error-too-long = Das ist zu lang: höchstens { $limit } Zeichen.
error-text-too-long = Ein Beitrag hat höchstens { $limit } Zeichen.
error-content-warning-too-long = Eine Inhaltswarnung hat höchstens { $limit } Zeichen.
error-alt-too-long = Die Beschreibung eines Bildes hat höchstens { $limit } Zeichen.
error-bio-too-long = Was du über dich sagst, hat höchstens { $limit } Zeichen.
error-display-name-too-long = Ein Anzeigename hat höchstens { $limit } Zeichen.
error-fields-too-long = Name und Inhalt einer Angabe haben je höchstens { $limit } Zeichen.
error-fields-too-many = Ein Profil hat höchstens { $limit } Angaben.
error-fields-empty = Eine Angabe braucht einen Namen.
error-username-empty = Wähl einen Benutzernamen.
error-username-too-long = Ein Benutzername hat höchstens { $limit } Zeichen.
error-email-too-long = Eine E-Mail-Adresse hat höchstens { $limit } Bytes.
error-password-too-long = Ein Passwort hat höchstens { $limit } Zeichen.
error-new-password-too-long = Ein Passwort hat höchstens { $limit } Zeichen.
error-reason-too-long = Deine Begründung hat höchstens { $limit } Zeichen.
error-media-too-many = Ein Beitrag hat höchstens { $limit } Bilder, jedes nur einmal.
error-unknown-rule = Eine davon ist keine Regel dieses Servers.
error-bad-tag = Ein Hashtag hat Buchstaben, Ziffern und Unterstriche.
error-bad-time = Das endet, bevor es beginnt.
error-not-a-time = Das ist kein Tag und keine Zeit. Richtig ist 2026-01-31 12:00.
error-same-time = Die Ruhezeit endet zu einer anderen Zeit, als sie beginnt.
error-bad-time-zone = Diese Zeitzone ist nicht bekannt.
error-bad-time-of-day = Eine Uhrzeit wird wie 22:30 geschrieben.
error-bad-link = Dieser Link gilt nicht mehr. Lass dir in den Einstellungen einen neuen schicken.
error-no-mail = Dieser Server verschickt keine E-Mails.
error-confirmed = Keine Adresse wartet auf Bestätigung.
error-bad-hour = Eine Stunde des Tages ist eine Zahl von 0 bis 23.
error-bad-emoji = Reagiere mit einem Emoji.
error-not-followed = Empfiehl Konten, denen du folgst.
error-id-too-many = Du kannst höchstens { $limit } Beiträge anheften. Löse zuerst einen.
error-q-too-long = Eine Suche hat höchstens { $limit } Zeichen.
error-q-too-many = Eine Suche hat höchstens { $limit } Wörter und Operatoren.
error-q-empty = Schreib mindestens ein Wort, nach dem gesucht wird.
error-too-short = Das ist zu kurz: mindestens { $limit } Zeichen.
error-password-too-short = Nimm mindestens { $limit } Zeichen.
error-new-password-too-short = Nimm mindestens { $limit } Zeichen.
error-username-taken = Dieser Benutzername ist vergeben.
error-email-taken = Mit dieser E-Mail-Adresse gibt es schon ein Konto.
error-taken = Das ist vergeben.
error-reserved = Dieser Name ist reserviert.
error-bad-characters = Nur Buchstaben, Ziffern und Unterstriche.
error-email-invalid = Das sieht nicht wie eine E-Mail-Adresse aus.
error-unknown-app = Diese App ist hier nicht bekannt. Fang in der App noch einmal an.
error-bad-redirect = Die App will die Antwort an eine Adresse, die sie nicht angemeldet hat. Sie bekommt keine.
error-invalid-scope = Die App verlangt mehr, als sie angemeldet hat.
error-invalid-request = Die App fragt auf eine Weise, die nicht verständlich ist.
error-invalid = Dieser Wert ist nicht erlaubt.
error-bad-credentials = Benutzername oder Passwort stimmt nicht.
error-key-reused = Du hast dieses Formular schon mit anderen Worten abgeschickt. Schick es noch einmal ab, um auch das zu posten.
error-deleted = Du hast dieses Formular schon abgeschickt und den Post seither gelöscht. Schick es noch einmal ab, um ihn wieder zu posten.
error-too-many-uploads = Zu viele deiner Bilder warten auf einen Post. Verwende einige davon oder warte einen Tag.
error-not-set-up = Dieser Server ist noch nicht eingerichtet: Zuerst kommt das Konto des Admins.
error-too-many-follows = Ein Konto folgt höchstens { $limit } anderen. Entfolge zuerst jemandem.
error-bad-utf8 = Dieser Text kam beschädigt an. Bitte gib ihn noch einmal ein.
error-current-password-wrong = Das ist nicht dein jetziges Passwort.
error-wrong = Das stimmt nicht.
error-suspended = Dieses Konto ist gesperrt.
error-pending = Dieses Konto ist noch nicht angenommen.
error-closed = Die Registrierung ist geschlossen.
error-too-many = Das sind zu viele: höchstens { $limit }.
error-too-large = Diese Datei ist zu groß.
error-unsupported-media = Das ist kein JPEG-, PNG-, WebP- oder GIF-Bild.
error-bad-email = Das sieht nicht nach einer E-Mail-Adresse aus.
error-no-letter = Verwende mindestens einen Buchstaben.
error-same-as-username = Der Benutzername ist kein Passwort.
error-wrong-password = Das ist nicht dein jetziges Passwort.
error-bad-language = Das ist keine Sprache.
error-too-many-mentions = Ein Beitrag kann höchstens { $limit } Leute erwähnen.
error-unknown-tweet = Diesen Beitrag gibt es nicht mehr, oder du darfst ihn nicht sehen.
error-quote-of-not-public = Nur öffentliche und nicht gelistete Beiträge können zitiert werden.
error-quote-of-not-allowed = Wer diesen Beitrag geschrieben hat, lässt dich ihn nicht zitieren.
error-poll-bad-number = Eine Umfrage hat mindestens { $limit } Antworten.
error-poll-option-too-long = Eine Antwort hat höchstens { $limit } Zeichen.
error-poll-same-option = Keine zwei Antworten einer Umfrage sind gleich.
error-poll-bad-time = Eine Umfrage dauert 5 Minuten bis 30 Tage.
error-poll-empty-option = Jede Antwort einer Umfrage hat Worte.
error-choices-no-poll = Dieser Beitrag hat keine Umfrage.
error-choices-bad-choice = Wähle unter den Antworten der Umfrage.
error-choices-voted = Du hast schon abgestimmt.
error-choices-over = Diese Umfrage ist beendet.
error-own-poll = In der eigenen Umfrage stimmt man nicht ab.
error-media-not-found = Das Bild ist nicht mehr da. Bitte wähle es noch einmal aus.
error-unknown-media = Das Bild ist nicht mehr da. Bitte wähle es noch einmal aus.
error-too-big = Diese Datei ist zu groß: höchstens { $limit } MiB.
error-unsupported-type = Diese Art von Datei wird hier nicht angenommen. Angenommen werden Bilder vom Typ JPEG, PNG, WebP und GIF.
error-broken-image = Dieses Bild ist beschädigt und lässt sich nicht lesen.
error-media-not-ready = Ein Film oder Ton wird noch vorbereitet oder ließ sich nicht vorbereiten. Sende das Formular gleich noch einmal ab oder entferne ihn.
error-broken-film = Dieser Film oder Ton ist beschädigt und lässt sich nicht lesen.
error-too-large-film = Dieser Film ist zu groß: höchstens 4.096 × 4.096 Pixel.
error-film-too-long = Das ist zu lang: höchstens { $limit } Minuten.
error-bad-focus = Ein Fokus sind zwei Zahlen von -1 bis 1.
error-upload-interrupted = Das Hochladen wurde unterbrochen. Schick es noch einmal.
error-too-many-pixels = Dieses Bild hat zu viele Pixel.
error-too-many-frames = Diese Animation ist zu lang: höchstens { $limit } Bilder.
error-not-yours = Das gehört jemand anderem.
error-admin = Das dürfen nur Admins.
error-blocked = Zwischen dir und diesem Konto steht eine Blockade.
error-bad-endpoint = Das ist keine Adresse eines Push-Dienstes.
error-bad-push-key = Dieser Schlüssel ist nicht zu gebrauchen.
error-host-hidden = Du hast den Server dieses Kontos ausgeblendet. Zeig ihn wieder, um zu folgen.
error-not-public = Nur öffentliche und nicht gelistete Beiträge können geteilt werden.
error-set-up = Dieser Server ist schon eingerichtet. Melde dich an.
error-unauthorized = Bitte melde dich an.
error-too-many-requests = Zu viele Versuche. Warte ein wenig.
error-busy = Der Server ist beschäftigt. Versuch es gleich noch einmal.
error-internal = Auf unserer Seite ist etwas schiefgegangen.
error-not-found = Das gibt es nicht.
error-gone = Das ist nicht mehr da.
error-csrf = Diese Anfrage scheint von einer anderen Seite zu kommen. Lade die Seite neu und versuch es noch einmal.
error-bad-cursor = Diese Seite der Liste gibt es nicht mehr. Fang oben in der Liste wieder an.
error-bad-multipart = Das Formular kam nicht ganz an. Schick es noch einmal.
error-too-many-parts = Das Formular hat mehr als { $limit } Teile.
error-form-too-long = Die Texte des Formulars sind zusammen zu lang: höchstens { $limit } Bytes.
error-missing = Im Formular fehlt etwas.
error-bad-key = Dieses Formular ist kaputt. Lade die Seite neu und versuch es noch einmal.
error-bad-url = Das ist keine Webadresse.
error-bad-value = Ein Operator dieser Suche hat einen Wert, den er nicht kennt. Richtig sind: has:image, is:reply, lang:de, in:library, after:2026-01-31.
error-yourself = Das geht nicht mit deinem eigenen Konto.
error-own-host = Ein Server kann sich nicht selbst sperren.
error-bad-host = Ein Host ist ein Name wie example.org, mit Port, wenn der ungewöhnlich ist.
error-federation-off = Dieser Server spricht nicht mit anderen Servern.
error-last-admin = Du bist hier der einzige Admin. Mach zuerst jemand anderen dazu.
error-moved = Dieses Konto ist umgezogen. Schreib vom neuen aus, oder nimm den Umzug in den Einstellungen zurück.
error-moved-lately = Dieses Konto ist vor weniger als einer Woche umgezogen. Warte ein wenig bis zum nächsten Umzug.
error-no-alias = Das neue Konto nennt dieses noch nicht als Alias. Trag es dort zuerst ein.
error-not-a-relay = Das ist nicht die Adresse eines Relays, oder sein Server antwortet nicht.
error-item-bad-tag = Ein Hashtag hat Buchstaben, Ziffern und Unterstriche.
error-item-bad-address = Das ist nicht die Adresse einer Seite.
error-item-bad-id = Das ist nicht die Kennung eines Beitrags.
error-item-bad-host = Das ist nicht der Name eines Servers.
error-shortcode-taken = Es gibt schon ein Emoji mit diesem Kürzel. Ändere jenes, oder nimm ein anderes Kürzel.
error-shortcode-too-short = Ein Kürzel hat mindestens { $limit } Zeichen.
error-shortcode-too-long = Ein Kürzel hat höchstens { $limit } Zeichen.
error-shortcode-too-many = Dieser Server hat { $limit } Emoji, mehr darf er nicht haben. Entferne erst eines.
error-category-too-long = Eine Überschrift hat höchstens { $limit } Zeichen.
error-picture-missing = Wähle ein Bild.
error-unknown-account = Dieses Konto gibt es nicht, oder sein Server antwortet nicht.
error-scheduled-at-too-soon = Ein geplanter Beitrag erscheint frühestens in 5 Minuten.
error-scheduled-at-too-many = Es warten schon zu viele Beiträge auf ihre Zeit.
error-scheduled-at-full-day = An diesem Tag erscheinen schon zu viele Beiträge.

## Seiten für das, was schiefging
fault-bad-title = Mit dieser Anfrage konnten wir nichts anfangen
fault-bad = Etwas fehlte oder war nicht erlaubt. Geh zurück und versuch es noch einmal.
fault-unauthorized-title = Bitte melde dich an
fault-unauthorized = Diese Seite ist für Leute mit einem Konto hier.
fault-forbidden-title = Nicht für dich
fault-forbidden = Das darfst du nicht sehen oder tun.
fault-not-found-title = Auf diesem Ast ist nichts
fault-not-found = Die Seite gibt es nicht, oder sie ist nicht für alle. Prüf die Adresse.
fault-gone-title = Davongeflogen
fault-gone = Wer das geschrieben hat, hat es gelöscht.
fault-too-many-title = Etwas langsamer, bitte
fault-too-many = Das war viel auf einmal.
fault-internal-title = Etwas ist kaputtgegangen
fault-internal = Es liegt an uns, nicht an dir. Wir haben es notiert.
fault-busy-title = Gerade viel los
fault-busy = Der Server hat mehr zu tun, als er kann. Von dir geht nichts verloren.
fault-wait = { $n ->
    [one] Versuch es in { $count } Sekunde noch einmal.
   *[other] Versuch es in { $count } Sekunden noch einmal.
}
fault-retry = Noch einmal versuchen
fault-home = Zum Anfang
fault-search = Suchen
fault-request = Wenn du um Hilfe bittest, nenn diese Nummer:
