using Partnership.Contracts.Marac;
using Partnership.Contracts.Sharing;
using Partnership.Contracts.Topology;
using Xunit;

namespace Partnership.Tests.Pure.Contracts;

public sealed class BusLayoutTests
{
    [Fact]
    public void Every_contract_of_the_platform_has_an_exchange_and_one_kind_of_stream()
    {
        var contracts = typeof(ICaseworkEvent).Assembly.GetTypes().Where(type => type is { IsAbstract: false } && type.IsAssignableTo(typeof(ICaseworkEvent))).ToHashSet();
        Assert.Equal(contracts, BusLayout.Platform.Exchanges.Keys.ToHashSet());
        Assert.Equal(contracts, BusLayout.Platform.Streams.Values.SelectMany(of => of).ToHashSet());
    }

    [Fact]
    public void A_queue_takes_all_contracts_of_a_kind_of_stream_or_none()
    {
        var cases = BusLayout.Platform.Streams["marac.case"];
        Assert.Equal(cases, BusLayout.Platform.With("tests.cases", cases).Queues["tests.cases"]);

        var refused = Assert.Throws<ArgumentException>(() => BusLayout.Platform.With("tests.cases", [.. cases.Where(type => type != typeof(SummaryWritten))]));
        Assert.StartsWith("tests.cases takes a part of what streams of marac.case publish, but not SummaryWritten.", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_queue_takes_nothing_that_nobody_publishes() =>
        Assert.Throws<ArgumentException>(() => BusLayout.Platform.With("tests.texts", typeof(string)));

    [Fact]
    public void A_contract_belongs_to_one_kind_of_stream() =>
        Assert.Throws<ArgumentException>(() => BusLayout.Platform.With(
            "marac.other", new Dictionary<Type, string> { [typeof(string)] = "tests.text" })
            .With("marac.again", new Dictionary<Type, string> { [typeof(string)] = "tests.text" }));
}
