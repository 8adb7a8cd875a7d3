using System.Text.Json;

namespace Partnership.Marac.Research;

/// <summary>When two answers, or two items of answers, say the same.</summary>
internal static class ResearchContents
{
    public static bool AreSame(SharedItem one, SharedItem other) =>
        Bare(one) == Bare(other) && one.Readers.SequenceEqual(other.Readers, StringComparer.Ordinal);

    public static bool AreSame(ResearchContent one, ResearchContent other) =>
        JsonSerializer.SerializeToUtf8Bytes(one).AsSpan().SequenceEqual(JsonSerializer.SerializeToUtf8Bytes(other));

    /// <summary>One empty list for all: records compare lists by reference.</summary>
    private static readonly IReadOnlyList<string> Nobody = [];

    private static SharedItem Bare(SharedItem item) => item with { ItemId = default, Readers = Nobody };
}
