//! Every kind of change: its id, its severity, and one line that describes it.
//!
//! This table decides the verdicts; the rest of `diff` finds out which row applies. `docs/DIFF.md` is written from it. A
//! row of `sided` has two severities: one for requests, one for answers.

use serde::Serialize;

/// What a change means to a client that was built for the old description. Ordered: the worst is the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Nothing changes on the wire: wording, operation ids, order.
    Cosmetic,
    /// The old client keeps working as before.
    Compatible,
    /// The old client keeps working, and may do or see something that its author did not expect.
    Risky,
    /// A correct old client can fail.
    Breaking,
}

impl Severity {
    pub const WORST_FIRST: [Severity; 4] = [Self::Breaking, Self::Risky, Self::Compatible, Self::Cosmetic];

    pub fn word(self) -> &'static str {
        match self {
            Self::Cosmetic => "cosmetic",
            Self::Compatible => "compatible",
            Self::Risky => "risky",
            Self::Breaking => "breaking",
        }
    }
}

/// The way a value travels, seen from the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// The client sends it: what the server accepts must not become narrower.
    Request,
    /// The client receives it: what the server sends must not become wider.
    Response,
}

impl Side {
    pub fn word(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Response => "response",
        }
    }

    pub fn other(self) -> Self {
        match self {
            Self::Request => Self::Response,
            Self::Response => Self::Request,
        }
    }
}

macro_rules! rules {
    (
        sided { $($sided:ident $sided_name:literal $request:ident $response:ident $sided_says:literal;)* }
        plain { $($plain:ident $plain_name:literal $severity:ident $plain_says:literal;)* }
    ) => {
        /// A kind of change to something that is sent or received.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Sided { $($sided,)* }

        /// A kind of change to the operation, the document or the crate.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Plain { $($plain,)* }

        impl Sided {
            pub const ALL: &'static [Sided] = &[$(Self::$sided,)*];

            /// The id without its `request-` or `response-`.
            pub fn name(self) -> &'static str {
                match self { $(Self::$sided => $sided_name,)* }
            }

            pub fn severity(self, side: Side) -> Severity {
                match (self, side) {
                    $((Self::$sided, Side::Request) => Severity::$request,
                      (Self::$sided, Side::Response) => Severity::$response,)*
                }
            }

            pub fn says(self) -> &'static str {
                match self { $(Self::$sided => $sided_says,)* }
            }
        }

        impl Plain {
            pub const ALL: &'static [Plain] = &[$(Self::$plain,)*];

            pub fn name(self) -> &'static str {
                match self { $(Self::$plain => $plain_name,)* }
            }

            pub fn severity(self) -> Severity {
                match self { $(Self::$plain => Severity::$severity,)* }
            }

            pub fn says(self) -> &'static str {
                match self { $(Self::$plain => $plain_says,)* }
            }
        }
    };
}

rules! {
    // variant, name, severity when sent, severity when received, what it says
    sided {
        TypeWidened "type-widened" Compatible Breaking "the value may be of more types than before";
        TypeNarrowed "type-narrowed" Breaking Compatible "the value may be of fewer types than before";
        TypeChanged "type-changed" Breaking Breaking "the value is of another type";
        FormatWidened "format-widened" Compatible Breaking "the format allows more than before (`int32` to `int64`, `uuid` to none)";
        FormatNarrowed "format-narrowed" Breaking Compatible "the format allows less than before";
        FormatChanged "format-changed" Breaking Breaking "the format is another one";
        NullableAdded "nullable-added" Compatible Breaking "null became possible";
        NullableWithdrawn "nullable-withdrawn" Breaking Compatible "null is no longer possible";
        EnumValueAdded "enum-value-added" Compatible Risky "a closed list of values has more of them";
        EnumValueRemoved "enum-value-removed" Breaking Compatible "a closed list of values has fewer of them";
        EnumAdded "enum-added" Breaking Compatible "a free value became a closed list";
        EnumRemoved "enum-removed" Compatible Risky "a closed list of values became free";
        PatternAdded "pattern-added" Breaking Compatible "strings have to match a pattern now";
        PatternRemoved "pattern-removed" Compatible Risky "strings no longer have to match a pattern";
        PatternNarrowed "pattern-narrowed" Breaking Compatible "the pattern matches fewer strings";
        PatternWidened "pattern-widened" Compatible Risky "the pattern matches more strings";
        PatternChanged "pattern-changed" Breaking Risky "the pattern is another one, neither wider nor narrower for all that can be proved";
        PatternReworded "pattern-reworded" Cosmetic Cosmetic "the pattern is written otherwise and matches the same strings";
        MinimumTightened "minimum-tightened" Breaking Compatible "the lower bound of a number rose or appeared";
        MinimumLoosened "minimum-loosened" Compatible Risky "the lower bound of a number fell or went";
        MaximumTightened "maximum-tightened" Breaking Compatible "the upper bound of a number fell or appeared";
        MaximumLoosened "maximum-loosened" Compatible Risky "the upper bound of a number rose or went";
        MinLengthTightened "min-length-tightened" Breaking Compatible "the least length of a string rose or appeared";
        MinLengthLoosened "min-length-loosened" Compatible Risky "the least length of a string fell or went";
        MaxLengthTightened "max-length-tightened" Breaking Compatible "the greatest length of a string fell or appeared";
        MaxLengthLoosened "max-length-loosened" Compatible Risky "the greatest length of a string rose or went";
        MinItemsTightened "min-items-tightened" Breaking Compatible "the least number of elements rose or appeared";
        MinItemsLoosened "min-items-loosened" Compatible Risky "the least number of elements fell or went";
        MaxItemsTightened "max-items-tightened" Breaking Compatible "the greatest number of elements fell or appeared";
        MaxItemsLoosened "max-items-loosened" Compatible Risky "the greatest number of elements rose or went";
        MinPropertiesTightened "min-properties-tightened" Breaking Compatible "the least number of properties rose or appeared";
        MinPropertiesLoosened "min-properties-loosened" Compatible Risky "the least number of properties fell or went";
        MaxPropertiesTightened "max-properties-tightened" Breaking Compatible "the greatest number of properties fell or appeared";
        MaxPropertiesLoosened "max-properties-loosened" Compatible Risky "the greatest number of properties rose or went";
        MultipleOfTightened "multiple-of-tightened" Breaking Compatible "numbers have to be multiples of something they need not be before";
        MultipleOfLoosened "multiple-of-loosened" Compatible Risky "numbers need no longer be such multiples";
        UniqueItemsRequired "unique-items-required" Breaking Compatible "the elements of an array have to differ now";
        UniqueItemsDropped "unique-items-dropped" Compatible Risky "the elements of an array may be equal now";
        PropertyAdded "property-added" Compatible Compatible "an object has a new property, which may be left out when sent";
        PropertyAddedToPut "property-added-to-put" Risky Compatible "a PUT has a new optional property: an old client, which cannot send it, may clear it";
        RequiredPropertyAdded "required-property-added" Breaking Compatible "an object has a new property, which is always there";
        PropertyRemoved "property-removed" Risky Risky "an optional property is gone: when sent, it is ignored";
        RequiredPropertyRemoved "required-property-removed" Risky Breaking "a property that was always there is gone";
        PropertyRefused "property-refused" Breaking Risky "a property is gone and the object allows no others";
        PropertyBecameRequired "property-became-required" Breaking Compatible "an optional property is always there now";
        PropertyBecameOptional "property-became-optional" Compatible Breaking "a property that was always there may be missing";
        PropertyWithdrawn "property-withdrawn" Breaking Breaking "a property became readOnly (no longer to be sent) or writeOnly (no longer received)";
        PropertyRevealed "property-revealed" Compatible Risky "a property that was writeOnly is received now, or one that was readOnly may be sent";
        AdditionalPropertiesForbidden "additional-properties-forbidden" Breaking Compatible "an object allows no properties but the named ones";
        AdditionalPropertiesAllowed "additional-properties-allowed" Compatible Compatible "an object allows properties that are not named";
        AdditionalPropertiesRestricted "additional-properties-restricted" Breaking Compatible "the unnamed properties of an object have to be of a given schema";
        AdditionalPropertiesFreed "additional-properties-freed" Compatible Breaking "the unnamed properties of an object may be anything";
        AdditionalPropertiesDropped "additional-properties-dropped" Breaking Risky "a map has no entries any more";
        UnionBranchAdded "union-branch-added" Compatible Risky "anyOf or oneOf has one more branch, which none of the old ones covers";
        UnionAppeared "union-appeared" Compatible Breaking "something of one shape may be of another one as well";
        UnionBranchRemoved "union-branch-removed" Breaking Compatible "anyOf or oneOf lost a branch that none of the new ones covers";
        UnionBranchCovered "union-branch-covered" Compatible Compatible "anyOf or oneOf gained or lost a branch whose values others hold anyway";
        UnionBecameExclusive "union-became-exclusive" Risky Compatible "anyOf became oneOf: a value may no longer match two branches";
        UnionBecameInclusive "union-became-inclusive" Compatible Risky "oneOf became anyOf: a value may match two branches";
        DiscriminatorAdded "discriminator-added" Risky Compatible "a union has a tag now";
        DiscriminatorRemoved "discriminator-removed" Compatible Risky "a union has no tag any more";
        DiscriminatorChanged "discriminator-changed" Breaking Breaking "the tag of a union is another property";
        DiscriminatorValueAdded "discriminator-value-added" Compatible Risky "the tag of a union has a new value";
        DiscriminatorValueRemoved "discriminator-value-removed" Breaking Compatible "the tag of a union lost a value";
        NotAdded "not-added" Breaking Compatible "values of a given schema are excluded";
        NotRemoved "not-removed" Compatible Risky "values of a given schema are no longer excluded";
        NotChanged "not-changed" Breaking Risky "other values are excluded than before";
        DefaultChanged "default-changed" Breaking Risky "leaving the value out means something else";
        DefaultAdded "default-added" Risky Risky "leaving the value out has a stated meaning now";
        DefaultRemoved "default-removed" Risky Risky "leaving the value out has no stated meaning any more";
        DefaultMoot "default-moot" Compatible Compatible "the default of something that cannot be left out changed";
        Deprecated "deprecated" Compatible Compatible "a property or parameter is deprecated";
        Undeprecated "undeprecated" Compatible Compatible "a property or parameter is no longer deprecated";
        SchemaAdded "schema-added" Breaking Compatible "something of any shape has a schema now";
        SchemaRemoved "schema-removed" Compatible Breaking "something that had a schema may be anything";
        EncodingChanged "encoding-changed" Breaking Breaking "a part of a form is encoded otherwise";
        MediaTypeAdded "media-type-added" Compatible Compatible "the body may be of one more media type";
        MediaTypeRemoved "media-type-removed" Breaking Breaking "the body is no longer of this media type";
        RefSiblingChanged "ref-sibling-changed" Risky Risky "a keyword beside a $ref changed: OpenAPI 3.0 ignores it, its author may not";
        ReferenceBroken "reference-broken" Breaking Breaking "a $ref that leads nowhere, or outside the document, changed: what it stands for is not known";
        Unrecognised "unrecognised-changed" Breaking Breaking "a keyword that is not of OpenAPI 3.0, or has a value it cannot have, changed";
        TooComplex "too-complex" Breaking Breaking "the comparison was given up: too deep, or too many alternatives";
        Wording "wording-changed" Cosmetic Cosmetic "a description, title, example or extension changed";
    }
    plain {
        OperationRemoved "operation-removed" Breaking "an operation is gone";
        OperationMoved "operation-moved" Breaking "an operation is found under another method or path";
        OperationAdded "operation-added" Compatible "there is a new operation";
        OperationDeprecated "operation-deprecated" Compatible "an operation is deprecated";
        OperationUndeprecated "operation-undeprecated" Compatible "an operation is no longer deprecated";
        OperationRenumbered "operation-id-changed" Cosmetic "the operationId changed: no name depends on it";
        PathParameterRenamed "path-parameter-renamed" Cosmetic "a parameter of the path has another name: it is not sent";
        ParameterRemoved "request-parameter-removed" Breaking "a parameter is gone: what it asked for is ignored, such as a filter";
        ParameterMoved "request-parameter-moved" Breaking "a parameter travels elsewhere (query, header, cookie)";
        ParameterAdded "request-parameter-added" Compatible "there is a new optional parameter";
        RequiredParameterAdded "request-required-parameter-added" Breaking "there is a new parameter without which nothing is accepted";
        ParameterBecameRequired "request-parameter-became-required" Breaking "a parameter may no longer be left out";
        ParameterBecameOptional "request-parameter-became-optional" Compatible "a parameter may be left out";
        ParameterSerialization "request-parameter-serialization-changed" Breaking "style, explode or media type of a parameter changed";
        ParameterReservedWithdrawn "request-parameter-reserved-withdrawn" Breaking "reserved characters have to be escaped now";
        ParameterReservedAllowed "request-parameter-reserved-allowed" Compatible "reserved characters need not be escaped now";
        ParameterEmptyWithdrawn "request-parameter-empty-withdrawn" Breaking "a parameter may no longer be empty";
        ParameterEmptyAllowed "request-parameter-empty-allowed" Compatible "a parameter may be empty";
        BodyRemoved "request-body-removed" Breaking "the body of a request is no longer read";
        BodyAdded "request-body-added" Compatible "a request may have a body";
        RequiredBodyAdded "request-required-body-added" Breaking "a request has to have a body, and had none";
        BodyBecameRequired "request-body-became-required" Breaking "the body may no longer be left out";
        BodyBecameOptional "request-body-became-optional" Compatible "the body may be left out";
        StatusRemoved "response-status-removed" Breaking "an answer the client waits for is gone";
        SuccessStatusAdded "response-success-status-added" Risky "the operation may succeed in a way the client does not know";
        SuccessStatusChanged "response-success-status-changed" Compatible "a success has another status: clients take any 2xx";
        SuccessStatusListed "response-success-status-listed" Compatible "one more status stands for a success of the same form";
        SuccessStatusDropped "response-success-status-dropped" Compatible "one of several statuses of success is gone";
        StatusAdded "response-status-added" Compatible "the operation may fail with one more status";
        ContentRemoved "response-content-removed" Breaking "an answer has no body any more";
        ContentAdded "response-content-added" Compatible "an answer has a body now";
        HeaderAdded "response-header-added" Compatible "an answer has a new header";
        HeaderRemoved "response-header-removed" Risky "an optional header of an answer is gone";
        RequiredHeaderRemoved "response-required-header-removed" Breaking "a header that was always there is gone";
        HeaderBecameRequired "response-header-became-required" Compatible "a header is always there now";
        HeaderBecameOptional "response-header-became-optional" Breaking "a header that was always there may be missing";
        HeaderSerialization "response-header-serialization-changed" Breaking "style, explode or media type of a header changed";
        LinkChanged "response-link-changed" Risky "a link to another operation changed or is gone";
        CallbackAdded "callback-added" Compatible "the server may call back in a new way";
        CallbackRemoved "callback-removed" Breaking "the server no longer calls back";
        SecurityAdded "security-added" Breaking "an operation that could be called by anyone needs credentials";
        SecurityAlternativeRemoved "security-alternative-removed" Breaking "a way to authenticate is no longer accepted, or needs more";
        SecurityAlternativeAdded "security-alternative-added" Compatible "there is one more way to authenticate";
        SecurityRemoved "security-removed" Compatible "no credentials are needed any more";
        SecuritySchemeChanged "security-scheme-changed" Breaking "credentials are sent or obtained otherwise";
        ServerRemoved "server-removed" Breaking "no server of the old base path is listed";
        ServerMoved "server-moved" Risky "a server is listed under another host";
        ServerRewritten "server-rewritten" Cosmetic "the base path of a server stands in the paths, or the other way round: the addresses are the same";
        ServerAdded "server-added" Compatible "one more server is listed";
        UnrecognisedPart "unrecognised-part-changed" Breaking "a field that is not of OpenAPI 3.0, or cannot be read, changed";
        DocumentWording "document-wording-changed" Cosmetic "a text, tag, example or extension outside of the schemas changed";
        VersionChanged "version-changed" Cosmetic "info.version changed";
        Arrangement "arrangement-changed" Cosmetic "order, names of components, or components no operation reaches changed";
        RustOperationRemoved "rust-operation-removed" Breaking "a method of the crate is gone";
        RustOperationRenamed "rust-operation-renamed" Breaking "a method of the crate has another name";
        RustOperationAdded "rust-operation-added" Compatible "the crate has a new method";
        RustParameterRemoved "rust-parameter-removed" Breaking "a method no longer takes a parameter";
        RustParameterAdded "rust-parameter-added" Compatible "a method takes a new optional parameter";
        RustRequiredParameterAdded "rust-required-parameter-added" Breaking "a method takes a new parameter that has to be given";
        RustParameterChanged "rust-parameter-changed" Breaking "a parameter is of another Rust type, or may (not) be left out";
        RustBodyChanged "rust-body-changed" Breaking "the body of a method is of another Rust type";
        RustResultChanged "rust-result-changed" Breaking "a method returns another Rust type";
        RustTypeRemoved "rust-type-removed" Breaking "a type of the crate is gone";
        RustTypeAdded "rust-type-added" Compatible "the crate has a new type";
        RustTypeReshaped "rust-type-reshaped" Breaking "a type is of another kind (struct, enum, alias)";
        RustFieldRemoved "rust-field-removed" Breaking "a struct lost a field";
        RustFieldAdded "rust-field-added" Compatible "a struct has a new field that may be left out";
        RustRequiredFieldAdded "rust-required-field-added" Breaking "a struct has a new field that has to be given";
        RustFieldChanged "rust-field-changed" Breaking "a field is of another Rust type, or became (or ceased to be) optional";
        RustVariantRemoved "rust-variant-removed" Breaking "an enum lost a variant";
        RustVariantAdded "rust-variant-added" Compatible "an enum, which is open, has a new variant";
        RustVariantChanged "rust-variant-changed" Breaking "a variant holds another Rust type";
        RustUnknown "rust-unknown" Risky "the Rust surface of one of the two could not be generated, so this question is open";
    }
}

/// One documented id: what `docs/DIFF.md` has a line for.
pub struct Documented {
    pub id: String,
    pub severity: Severity,
    pub says: &'static str,
}

/// All ids, in the order of the table.
pub fn documented() -> Vec<Documented> {
    let sided = Sided::ALL.iter().flat_map(|rule| {
        [Side::Request, Side::Response].map(|side| Documented {
            id: sided_id(*rule, side),
            severity: rule.severity(side),
            says: rule.says(),
        })
    });
    let plain = Plain::ALL.iter().map(|rule| Documented {
        id: rule.name().to_owned(),
        severity: rule.severity(),
        says: rule.says(),
    });
    sided.chain(plain).collect()
}

/// What an id says, if there is such a one.
pub fn says(id: &str) -> Option<&'static str> {
    let plain = Plain::ALL.iter().find(|rule| rule.name() == id).map(|rule| rule.says());
    let bare = id.strip_prefix("request-").or_else(|| id.strip_prefix("response-"));
    plain.or_else(|| Sided::ALL.iter().find(|rule| Some(rule.name()) == bare).map(|rule| rule.says()))
}

/// `request-` or `response-` and the name of the rule.
pub fn sided_id(rule: Sided, side: Side) -> String {
    format!("{}-{}", side.word(), rule.name())
}
