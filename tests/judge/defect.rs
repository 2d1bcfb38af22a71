//! What a judge can do wrong, on purpose: one fact each, off unless [`super::Judge::start`] names it. Defects of the
//! lifecycle are asked for in `state.rs`, those of access in `routes.rs`; those of a reply's JSON and of its bytes are
//! planted in `spoil.rs` and `shape.rs`, after the right reply is made. To add one: a row here and the branch that plants
//! it, then a row of `tests/suite/judged.rs`; tests fail while it cannot be seen from outside, and while nobody finds it.

/// The part of the judge a defect lives in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Site {
    /// What may happen to an order: `state.rs`.
    Lifecycle,
    /// Who may ask, and with what: `routes.rs`.
    Access,
    /// The JSON value of a reply about orders: `spoil.rs`.
    Body,
    /// Status, headers, bytes and delivery of a response: `spoil.rs`.
    Wire,
    /// Bytes behind the end of a response, where HTTP has none: `spoil.rs`.
    Surplus,
    /// When the bytes come: `spoil.rs`.
    Time,
    /// The value of one shape: `shape.rs`.
    Shape,
}

/// Makes the enum, and from the same rows its list, names, sites and facts, so that none can be forgotten.
macro_rules! defects {
    ($( #[doc = $fact:literal] $variant:ident = $name:literal in $site:ident; )+) => {
        /// One switchable defect. No reply to a token request is ever spoiled.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Defect { $( #[doc = $fact] $variant, )+ }

        impl Defect {
            /// Every defect, in the order of the table.
            pub(crate) const ALL: &'static [Defect] = &[$( Defect::$variant, )+];

            /// The stable name, in kebab case.
            pub(crate) fn name(self) -> &'static str {
                match self { $( Defect::$variant => $name, )+ }
            }

            /// Where it is planted.
            pub(crate) fn site(self) -> Site {
                match self { $( Defect::$variant => Site::$site, )+ }
            }

            /// What is wrong, as one sentence.
            pub(crate) fn fact(self) -> &'static str {
                match self { $( Defect::$variant => $fact.trim_ascii(), )+ }
            }
        }
    };
}

defects! {
    /// An unpaid order can be fulfilled.
    FulfillsUnpaid = "fulfills-unpaid" in Lifecycle;
    /// A cancelled, paid order can be fulfilled.
    FulfillsCancelled = "fulfills-cancelled" in Lifecycle;
    /// A fulfilled order can be cancelled.
    CancelsFulfilled = "cancels-fulfilled" in Lifecycle;
    /// The shipping address of a fulfilled order can be changed.
    MovesFulfilled = "moves-fulfilled" in Lifecycle;
    /// An order of the manual gateway can be cancelled.
    CancelsManualGateway = "cancels-manual-gateway" in Lifecycle;
    /// Cancelling an order sets its payment to `refunded`.
    CancelRefunds = "cancel-refunds" in Lifecycle;
    /// Fulfilling an order leaves its status as it was.
    FulfillLeavesStatus = "fulfill-leaves-status" in Lifecycle;
    /// The reply to an update shows the change, a later read does not.
    UpdateNotPersisted = "update-not-persisted" in Lifecycle;
    /// The reply to an update shows the order as it was before, a later read shows the change.
    UpdateReplyStale = "update-reply-stale" in Lifecycle;
    /// Address lines that an update does not name become empty.
    AddressReplaced = "address-replaced" in Lifecycle;
    /// An empty `external_ref` does not remove the one there is.
    EmptyExternalRefKept = "empty-external-ref-kept" in Lifecycle;
    /// An update sets `updated_at` to a time before the order was created.
    UpdatedAtGoesBack = "updated-at-goes-back" in Lifecycle;
    /// An update may set any status.
    AnyStatusTaken = "any-status-taken" in Lifecycle;
    /// An update may set any shipping, whatever the order's state.
    AnyShippingTaken = "any-shipping-taken" in Lifecycle;
    /// An update may set the payment.
    PaymentTaken = "payment-taken" in Lifecycle;
    /// A refused update is stored all the same.
    RefusalLeavesTraces = "refusal-leaves-traces" in Lifecycle;
    /// An update that does not name the `external_ref` removes it.
    UpdateForgetsReference = "update-forgets-reference" in Lifecycle;
    /// A new second line of the shipping address becomes that of the billing address too.
    BillingFollowsShipping = "billing-follows-shipping" in Lifecycle;
    /// A fulfilled order takes no `external_ref` either.
    FulfilledTakesNoReference = "fulfilled-takes-no-reference" in Lifecycle;

    /// A shopper's token may update orders.
    ShopperMayUpdate = "shopper-may-update" in Access;
    /// Orders are read and updated without any token, or with an unknown one.
    TokenNotRequired = "token-not-required" in Access;
    /// An `external_ref` of more than 64 characters is taken.
    LongExternalRefTaken = "long-external-ref-taken" in Access;
    /// Any bearer token at all is a seller's.
    AnyTokenTaken = "any-token-taken" in Access;
    /// A body that breaks the document is passed over with a 200.
    InvalidBodyPassedOver = "invalid-body-passed-over" in Access;
    /// An id that no order has reads the first order.
    UnknownOrderRead = "unknown-order-read" in Access;
    /// The list shows the orders as they were at the start.
    ListStale = "list-stale" in Access;

    /// In every order, `meta.display_price.with_tax.amount` is a string.
    AmountAsString = "amount-as-string" in Body;
    /// In every order, `meta.timestamps` has no `created_at`.
    MemberMissing = "member-missing" in Body;
    /// In every order, `status` is in upper case.
    StatusInUpperCase = "status-in-upper-case" in Body;
    /// In every order, `shipping_address.company_name` is null.
    NullAddressLine = "null-address-line" in Body;
    /// In every order, `updated_at` has no time zone, which RFC 3339 wants.
    DateTimeWithoutZone = "date-time-without-zone" in Body;
    /// The error items of refused updates have no `title`.
    ErrorTitleMissing = "error-title-missing" in Body;
    /// In every order, `meta.display_price.without_tax.amount` is 0.5 more.
    AmountAsFraction = "amount-as-fraction" in Body;
    /// In every order, the `id` of the first related item is a number.
    ItemIdAsNumber = "item-id-as-number" in Body;
    /// In every order, the `id` of the first related item is not a UUID.
    ItemIdMalformed = "item-id-malformed" in Body;
    /// Orders come without the `data` around them.
    EnvelopeMissing = "envelope-missing" in Body;
    /// In every order, the closed shipping address has a line `planet`.
    ExtraAddressLine = "extra-address-line" in Body;
    /// In every order, the currency of the price with tax is in lower case.
    CurrencyInLowerCase = "currency-in-lower-case" in Body;
    /// In every order, the customer's `email` has no `@`.
    EmailMalformed = "email-malformed" in Body;
    /// Refusals have an empty list of errors.
    ErrorsEmpty = "errors-empty" in Body;
    /// The error items of refused updates have a text as `status`.
    ErrorStatusAsText = "error-status-as-text" in Body;
    /// The error items of refused updates have the `status` 200.
    ErrorStatusOutOfRange = "error-status-out-of-range" in Body;
    /// The error items of refused updates have an empty `title`.
    ErrorTitleEmpty = "error-title-empty" in Body;
    /// The error items of refused updates have a member `code`.
    ErrorExtraMember = "error-extra-member" in Body;
    /// Every error is one object under `error`, not a list under `errors`.
    ErrorShapeOther = "error-shape-other" in Body;

    /// A refused update is a 409 instead of a 422.
    RefusalAsConflict = "refusal-as-conflict" in Wire;
    /// A successful update has an empty body.
    EmptyBody = "empty-body" in Wire;
    /// An order that is read comes as `text/html`, its bytes still JSON.
    WrongContentType = "wrong-content-type" in Wire;
    /// Order replies have no `X-Request-Id`.
    RequestIdMissing = "request-id-missing" in Wire;
    /// The `X-Request-Id` of order replies is not a UUID.
    RequestIdMalformed = "request-id-malformed" in Wire;
    /// A closing brace too many ends an order that is read.
    TrailingBytes = "trailing-bytes" in Wire;
    /// Half of an order that is read arrives, then the connection is closed.
    TruncatedBody = "truncated-body" in Wire;
    /// A refused update is a 500 instead of a 422.
    RefusalAsServerError = "refusal-as-server-error" in Wire;
    /// A successful update is a 204 without a body.
    UpdateAsNoContent = "update-as-no-content" in Wire;
    /// An order that is read is a 206.
    ReadAsPartialContent = "read-as-partial-content" in Wire;
    /// Reading an order redirects to another path.
    ReadRedirects = "read-redirects" in Wire;
    /// An order that is read has no `Content-Type`.
    ContentTypeMissing = "content-type-missing" in Wire;
    /// An order that is read comes as `application/vnd.api+json`.
    ContentTypeVendor = "content-type-vendor" in Wire;
    /// A picture comes as `text/plain`.
    PictureAsText = "picture-as-text" in Wire;
    /// Every response has the same `X-Request-Id`.
    RequestIdRepeated = "request-id-repeated" in Wire;
    /// Shapes have no `X-Count`.
    CountMissing = "count-missing" in Wire;
    /// The `X-Count` of shapes is a word.
    CountMalformed = "count-malformed" in Wire;
    /// The `X-Count` of shapes is above its maximum.
    CountOutOfRange = "count-out-of-range" in Wire;
    /// Shapes have an `X-Parts` with a part that is not in its enum.
    PartsUnknown = "parts-unknown" in Wire;
    /// An order that is read is written with single quotes.
    SingleQuotes = "single-quotes" in Wire;
    /// An order that is read is an HTML page, its `Content-Type` still JSON.
    HtmlPage = "html-page" in Wire;
    /// An order that is read has two members `id`.
    DuplicateMember = "duplicate-member" in Wire;
    /// In an order that is read, an amount is NaN.
    NotANumber = "not-a-number" in Wire;
    /// An order that is read has an empty body.
    EmptyOrder = "empty-order" in Wire;
    /// A byte of an order that is read is ISO 8859-1, which its `Content-Type` denies.
    Latin1 = "latin1" in Wire;
    /// An order that is read names a charset that nobody knows.
    CharsetUnknown = "charset-unknown" in Wire;
    /// An order that is read says that it is gzip, and is not.
    GzipBroken = "gzip-broken" in Wire;
    /// An order that is read is gzip without its end, its length right.
    GzipCutShort = "gzip-cut-short" in Wire;
    /// An order that is read names a content coding that nobody knows.
    CodingUnknown = "coding-unknown" in Wire;
    /// Half of an order that is read arrives in chunks, then the connection is closed.
    TruncatedChunks = "truncated-chunks" in Wire;
    /// Half of the head of an order that is read arrives, then the connection is closed.
    TruncatedHead = "truncated-head" in Wire;
    /// The connection is closed in place of an order that is read.
    ConnectionClosed = "connection-closed" in Wire;
    /// An order that is read begins with a line that is not HTTP.
    NotHttp = "not-http" in Wire;

    /// A 204 announces content, and has it.
    NoContentWithBody = "no-content-with-body" in Wire;
    /// A response to HEAD has content.
    HeadWithBody = "head-with-body" in Surplus;
    /// A 304 has content.
    NotModifiedWithBody = "not-modified-with-body" in Surplus;

    /// A shape comes after 1.2 s.
    Late = "late" in Time;
    /// A shape never comes.
    Silent = "silent" in Time;

    /// A text is null.
    NullForText = "null-for-text" in Shape;
    /// A truth value is a text.
    TextForBoolean = "text-for-boolean" in Shape;
    /// An integer has a fraction.
    FractionForInteger = "fraction-for-integer" in Shape;
    /// An array is an object.
    ObjectForArray = "object-for-array" in Shape;
    /// An object is an array.
    ArrayForObject = "array-for-object" in Shape;
    /// A number within arrays of objects of arrays is a text.
    TextDeepInArrays = "text-deep-in-arrays" in Shape;
    /// A number within a recursive schema is a text.
    TextInRecursion = "text-in-recursion" in Shape;
    /// A required member of an object in an array is missing.
    RequiredInArrayMissing = "required-in-array-missing" in Shape;
    /// A required member is missing.
    RequiredAtTopMissing = "required-at-top-missing" in Shape;
    /// A closed object has another member.
    ExtraMemberAtTop = "extra-member-at-top" in Shape;
    /// A closed object in an array has another member.
    ExtraMemberInArray = "extra-member-in-array" in Shape;
    /// A constant is something else.
    ConstOther = "const-other" in Shape;
    /// A value is not among the enumerated ones.
    EnumOther = "enum-other" in Shape;
    /// An enumerated value has a space behind it.
    EnumPadded = "enum-padded" in Shape;
    /// A number is below its minimum.
    BelowMinimum = "below-minimum" in Shape;
    /// A number is above its maximum.
    AboveMaximum = "above-maximum" in Shape;
    /// A number is at its exclusive minimum.
    AtExclusiveMinimum = "at-exclusive-minimum" in Shape;
    /// A number is at its exclusive maximum.
    AtExclusiveMaximum = "at-exclusive-maximum" in Shape;
    /// A number is no multiple of its divisor.
    NoMultiple = "no-multiple" in Shape;
    /// A text is shorter than it may be.
    TooShort = "too-short" in Shape;
    /// A text is one character longer than it may be.
    TooLong = "too-long" in Shape;
    /// A text does not match its pattern.
    PatternBroken = "pattern-broken" in Shape;
    /// An array has fewer items than it may have.
    TooFewItems = "too-few-items" in Shape;
    /// An array has more items than it may have.
    TooManyItems = "too-many-items" in Shape;
    /// An array has an item twice.
    ItemsRepeated = "items-repeated" in Shape;
    /// A tuple has another item behind its last.
    ItemBehindTheLast = "item-behind-the-last" in Shape;
    /// The first item of a tuple has another type.
    PrefixItemOther = "prefix-item-other" in Shape;
    /// An array lacks the item it must contain.
    NothingContained = "nothing-contained" in Shape;
    /// An object has fewer members than it may have.
    TooFewMembers = "too-few-members" in Shape;
    /// An object has more members than it may have.
    TooManyMembers = "too-many-members" in Shape;
    /// A member's name does not match the pattern of names.
    MemberNameBroken = "member-name-broken" in Shape;
    /// A value of a map has another type.
    MapValueOther = "map-value-other" in Shape;
    /// A member is missing that another one needs.
    DependentMissing = "dependent-missing" in Shape;
    /// A value fits none of its alternatives.
    AnyOfNone = "any-of-none" in Shape;
    /// A value fits none of its exclusive alternatives.
    OneOfNone = "one-of-none" in Shape;
    /// A value fits both of its exclusive alternatives.
    OneOfBoth = "one-of-both" in Shape;
    /// A discriminator is outside its mapping.
    DiscriminatorUnknown = "discriminator-unknown" in Shape;
    /// A discriminator is missing.
    DiscriminatorMissing = "discriminator-missing" in Shape;
    /// A value breaks the branch that its discriminator names.
    BranchBroken = "branch-broken" in Shape;
    /// A `writeOnly` member is there.
    WriteOnlyLeaked = "write-only-leaked" in Shape;
    /// A UUID has a digit too few.
    UuidBroken = "uuid-broken" in Shape;
    /// A date is not in the calendar.
    DateBroken = "date-broken" in Shape;
    /// A time has an hour 25.
    TimeBroken = "time-broken" in Shape;
    /// A time stamp has neither `T` nor seconds nor zone.
    DateTimeBroken = "date-time-broken" in Shape;
    /// An email address has no `@`.
    EmailBroken = "email-broken" in Shape;
    /// A URI has no scheme.
    UriBroken = "uri-broken" in Shape;
    /// A host name starts with a hyphen.
    HostnameBroken = "hostname-broken" in Shape;
    /// An IPv4 address has a number above 255.
    Ipv4Broken = "ipv4-broken" in Shape;
    /// An IPv6 address is shortened twice.
    Ipv6Broken = "ipv6-broken" in Shape;
    /// An `int32` is 2^31.
    Int32Overflown = "int32-overflown" in Shape;
}
