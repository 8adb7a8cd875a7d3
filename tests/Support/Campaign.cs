namespace Partnership.Tests.Support;

/// <summary>
/// A long attack on one promise, made of rounds that each follow from a seed. <c>tests/run</c> does a fixed part of it,
/// <c>tests/campaign</c> as much as is asked for.
/// </summary>
/// <param name="Count">How many rounds.</param>
/// <param name="Seed">Round <c>i</c> uses <c>Seed + i</c>, so that any round can be repeated alone.</param>
/// <param name="Report">Called now and then with a line for whoever watches.</param>
public sealed record Campaign(int Count, long Seed, Action<string> Report);

/// <summary>What a campaign found.</summary>
/// <param name="Rounds">How many rounds were done.</param>
/// <param name="Counts">What happened in them, by name: proof that the attack took place.</param>
/// <param name="Failures">One line for each broken promise, with the seed of its round.</param>
public sealed record CampaignResult(int Rounds, IReadOnlyDictionary<string, long> Counts, IReadOnlyList<string> Failures);
