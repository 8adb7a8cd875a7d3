namespace Partnership.SharingRules;

/// <summary>Why an answer of a service could not be used. Codes: they never hold anything of the answer.</summary>
public static class ReadFailures
{
    public const string NotJson = "not-json";
    public const string NotUtf8 = "not-utf8";
    public const string UnexpectedMember = "unexpected-member";
    public const string DuplicateMember = "duplicate-member";
    public const string WrongKind = "wrong-kind";
    public const string BadFacts = "bad-facts";
    public const string KeyNotFirst = "key-not-first";

    /// <summary>A record inside a record that is not of the kind its place is for, is there twice, or that nobody can decide.</summary>
    public const string NestedRecord = "nested-record";
}
