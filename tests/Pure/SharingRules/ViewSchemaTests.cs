using System.Text.Json;
using System.Text.Json.Serialization;
using Partnership.Contracts;
using Partnership.Contracts.Records;
using Partnership.SharingRules;
using Xunit;

namespace Partnership.Tests.Pure.SharingRules;

/// <summary>A view that is not closed cannot be released, and the message says which property.</summary>
public sealed class ViewSchemaTests
{
    [Fact]
    public void Every_view_in_the_contracts_is_closed_and_has_only_known_groups()
    {
        var schemas = ViewSchema.AllIn(typeof(RecordTypes).Assembly);
        Assert.Equal(
            [
                RecordTypes.MaracAction, RecordTypes.MaracCase, RecordTypes.MaracFlag, RecordTypes.MaracMeeting, RecordTypes.MaracReferral,
                RecordTypes.MaracResearchRequest, RecordTypes.MaracResearchReturn, RecordTypes.SharingEmergency, RecordTypes.SharingEntry,
            ],
            schemas.Select(schema => schema.RecordType));
        Assert.All(schemas, schema => Assert.Subset(FieldGroups.All.ToHashSet(), schema.Groups.ToHashSet()));
    }

    [Fact]
    public void Groups_come_in_the_order_of_the_matrix() =>
        Assert.Equal(Matrix.Groups, World.Agreements.ViewOf(RecordTypes.MaracCase)!.Groups);

    [Theory]
    [InlineData(typeof(WithoutRecordType), "has no [RecordView]")]
    [InlineData(typeof(WithoutGroup), "WithoutGroup.Name needs either a [Group] or a [Frame]")]
    [InlineData(typeof(WithBoth), "WithBoth.Inner needs either a [Group] or a [Frame]")]
    [InlineData(typeof(WithObject), "WithObject.Anything has the open type Object")]
    [InlineData(typeof(WithElement), "WithElement.Anything has the open type JsonElement")]
    [InlineData(typeof(WithDictionary), "WithDictionary.Anything has the open type")]
    [InlineData(typeof(WithListOfLists), "WithListOfLists.Anything has the open type")]
    [InlineData(typeof(WithBytes), "WithBytes.Anything has the open type")]
    [InlineData(typeof(WithArray), "WithArray.Anything has the open type")]
    [InlineData(typeof(WithUnsealed), "has the open type UnsealedPart")]
    [InlineData(typeof(WithLateKey), "WithLateKey: the [ItemKey] must be one property, the first")]
    [InlineData(typeof(WithTextKey), "WithTextKey.PersonId is an [ItemKey] and not a Guid")]
    [InlineData(typeof(WithFramedText), "WithFramedText.Name is a [Frame] and not a record")]
    [InlineData(typeof(WithFlaggedText), "WithFlaggedText.Name is a flag and not a list of records or a yes or no")]
    [InlineData(typeof(WithOtherName), "WithOtherName.Name changes how it is written")]
    [InlineData(typeof(Recursive), "is recursive or too deep")]
    [InlineData(typeof(WithEmptyGroup), "WithEmptyGroup.Name has an empty group")]
    public void An_open_view_is_refused(Type view, string reason) =>
        Assert.Contains(reason, Assert.Throws<ViewSchemaException>(() => ViewSchema.For(view)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_closed_view_with_every_kind_of_value_is_taken() => Assert.Equal(["meta", "own-group"], ViewSchema.For(typeof(Closed)).Groups);

    private sealed record WithoutRecordType([property: Group("meta")] string Name);

    [RecordView("test")]
    private sealed record WithoutGroup(string Name);

    [RecordView("test")]
    private sealed record WithBoth([property: Group("meta"), Frame] Part Inner);

    [RecordView("test")]
    private sealed record WithObject([property: Group("meta")] object Anything);

    [RecordView("test")]
    private sealed record WithElement([property: Group("meta")] JsonElement Anything);

    [RecordView("test")]
    private sealed record WithDictionary([property: Group("meta")] IReadOnlyDictionary<string, string> Anything);

    [RecordView("test")]
    private sealed record WithListOfLists([property: Group("meta")] IReadOnlyList<IReadOnlyList<string>> Anything);

    [RecordView("test")]
    private sealed record WithBytes([property: Group("meta")] byte[] Anything);

    [RecordView("test")]
    private sealed record WithArray([property: Group("meta")] string[] Anything);

    [RecordView("test")]
    private sealed record WithUnsealed([property: Group("meta")] UnsealedPart Inner);

    [RecordView("test")]
    private sealed record WithLateKey([property: Group("meta")] string Name, [property: Group("meta"), ItemKey] Guid PersonId);

    [RecordView("test")]
    private sealed record WithTextKey([property: Group("meta"), ItemKey] string PersonId);

    [RecordView("test")]
    private sealed record WithFramedText([property: Frame] string Name);

    [RecordView("test")]
    private sealed record WithFlaggedText([property: Group("meta", Flag = true)] string Name);

    [RecordView("test")]
    private sealed record WithOtherName([property: Group("meta"), JsonPropertyName("other")] string Name);

    [RecordView("test")]
    private sealed record Recursive([property: Group("meta")] IReadOnlyList<Recursive> Inner);

    [RecordView("test")]
    private sealed record WithEmptyGroup([property: Group(" ")] string Name);

    private sealed record Part([property: Group("meta")] string Name);

    private record UnsealedPart([property: Group("meta")] string Name);

    private sealed record LargerPart(string Name, [property: Group("meta")] string More) : UnsealedPart(Name);

    [RecordView("test")]
    private sealed record Closed(
        [property: Group("meta")] string Text, [property: Group("meta")] int? Number, [property: Group("own-group")] bool Yes, [property: Group("meta")] DayOfWeek Day,
        [property: Group("meta")] Guid? Id, [property: Group("meta")] DateOnly Date, [property: Group("meta")] DateTimeOffset At,
        [property: Group("meta")] IReadOnlyList<Guid> Ids, [property: Group("meta")] IReadOnlyList<int> Numbers, [property: Frame] Part Frame,
        [property: Group("own-group", Flag = true)] IReadOnlyList<Part> Parts);
}
