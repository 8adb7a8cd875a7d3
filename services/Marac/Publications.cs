using System.Text.Json;
using Partnership.Contracts;
using Partnership.Contracts.Sharing;
using Partnership.EventStore;
using Partnership.Marac.Actions;
using Partnership.Marac.Cases;
using Partnership.Marac.ConflictRegister;
using Partnership.Marac.Minutes;
using Partnership.Marac.Referrals;
using Partnership.Marac.Research;

namespace Partnership.Marac;

/// <summary>
/// What becomes of each stored event on the bus. Only plain properties are read, so a message never holds what a key
/// protects, and is the same after an erasure.
/// </summary>
internal static class Publications
{
    public static PublicationMap Map() => new PublicationMap()
        .WithReferrals()
        .WithCases()
        .WithCaseStages()
        .WithRegisters()
        .WithMeetingsAndFlags()
        .WithResearch()
        .WithMinutes()
        .WithActions();

    public static ActorStamp ActorOf(StoredEvent stored) =>
        JsonSerializer.Deserialize<ActorStamp>(stored.Headers.Actor, WireJson.Options)
            ?? throw new InvalidOperationException("An event has no actor.");
}
