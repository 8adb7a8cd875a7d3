using System.Collections.Concurrent;
using Partnership.Ledger;
using Partnership.Tests.Support.Hosts;
using Xunit;

namespace Partnership.Tests.Faults.Support;

/// <summary>Every <c>Sharing-Record</c> a client has received together with the whole answer: what we can be held to.</summary>
internal sealed class Promises
{
    private readonly ConcurrentDictionary<string, string> leaves = new();

    public int Count => leaves.Count;

    /// <summary>Leaf hashes, base64.</summary>
    public IReadOnlyCollection<string> Leaves => [.. leaves.Keys];

    /// <summary>Keeps the promise of an answer received in full; an answer of 200 has one.</summary>
    public Answer Keep(Answer answer)
    {
        if ((int)answer.Status == 200)
            Keep(answer.Headers.GetValueOrDefault(SharingRecord.HeaderName), answer.At("receipt")?.GetString());
        return answer;
    }

    public RawAnswer Keep(RawAnswer answer)
    {
        if (answer.Status == 200)
        {
            var header = answer.Head.Split("\r\n").Single(line => line.StartsWith(SharingRecord.HeaderName + ":", StringComparison.OrdinalIgnoreCase));
            Keep(header[(SharingRecord.HeaderName.Length + 1)..].Trim(), null);
        }

        return answer;
    }

    private void Keep(string? header, string? receipt)
    {
        Assert.True(SharingRecord.TryParse(header, out var promise), $"An answer left without a promise: {header}");
        Assert.True(
            leaves.TryAdd(Convert.ToBase64String(promise.LeafHash.Span), receipt ?? ""), "Two answers were promised the same entry.");
    }
}
