using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Partnership.Gateway.Callers;
using Partnership.Tests.Platform.Gateway.Matrix;
using Partnership.Tests.Support.Hosts;
using Partnership.Tests.Support.Sharing;
using Xunit;

[assembly: AssemblyFixture(typeof(MatrixPlatform))]

namespace Partnership.Tests.Platform.Gateway.Matrix;

/// <summary>
/// A platform with everybody of the matrix on its register, and a second gateway of it before a <see cref="RecordsService"/>. Of
/// its own, because thousands of answers leave thousands of entries in its ledger.
/// </summary>
public sealed class MatrixPlatform : IAsyncLifetime
{
    private readonly Lazy<Task<Started>> started;

    public MatrixPlatform() => started = new(StartAsync);

    internal Task<Started> StartedAsync() => started.Value;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (started.IsValueCreated && started.Value.IsCompletedSuccessfully) await (await started.Value).DisposeAsync();
    }

    private static async Task<Started> StartAsync()
    {
        var more = MatrixPeople.All.Where(person => !person.InDemonstration).Select((person, place) =>
            $"  - {{ id: m-{place + 1:0000}, subject: {person.Name}, name: Marian {person.Name.Replace("-", " ", StringComparison.Ordinal)}, hats: [{{ agency: {person.Agency}{(person.Team is null ? "" : $", team: {person.Team}")}, role: {person.Role} }}] }}\n");
        var platform = await RunningPlatform.StartAsync(new PlatformOptions
        {
            Partnership = text => text.Replace("\npeople:\n", $"\npeople:\n{string.Concat(more)}", StringComparison.Ordinal),
        });
        var service = await RecordsService.StartAsync(TestKeys.Read(platform.Keys.InternalMarac));
        const string Many = "1000000";
        var gateway = await GatewayBeforeStub.StartAsync(platform, more:
        [
            ("Services:marac", service.Address.ToString()),
            ("Gateway:RateLimits:PersonPerSecond", Many), ("Gateway:RateLimits:PersonBurst", Many),
            ("Gateway:RateLimits:AgencyPerSecond", Many), ("Gateway:RateLimits:AgencyBurst", Many),
            // What a busy machine makes of waiting is not the subject here.
            ("Gateway:ServiceTimeout", "00:00:30"), ("Gateway:ListTimeout", "00:01:00"), ("Ledger:ConfirmWithinSeconds", "30"),
        ]);
        return new Started(platform, gateway, service);
    }

    /// <summary>All of it, running.</summary>
    internal sealed class Started(RunningPlatform platform, GatewayBeforeStub gateway, RecordsService service) : IAsyncDisposable
    {
        public RunningPlatform Platform => platform;

        public RecordsService Service => service;

        /// <summary>Somebody of the matrix as facts name them, by the register that is in force.</summary>
        public MatrixReader Reader(string person)
        {
            var (entry, who) = (EntryOf(person), MatrixPeople.Of(person));
            return new MatrixReader(entry.Id, platform.Provider(Services.Gateway).GetRequiredService<Pseudonyms>().OfPerson("marac", entry.Id), who.Agency, who.Team);
        }

        public string NameOf(string person) => EntryOf(person).Name;

        public Task<KeptConnection> ConnectAsync(string person) => KeptConnection.OpenAsync(gateway.Address, platform.Issuer.Token(person));

        /// <summary>The 404 of a record that nobody has ever had.</summary>
        public async Task<string> HiddenAsync()
        {
            await using var coordinator = await ConnectAsync("coordinator");
            var answer = await coordinator.SendAsync("GET", $"/marac/cases/{new Guid(RandomNumberGenerator.GetBytes(16))}", Casework.Meeting);
            Assert.Equal(404, answer.Status);
            return answer.WithoutDate;
        }

        public async ValueTask DisposeAsync()
        {
            await gateway.DisposeAsync();
            await service.DisposeAsync();
            await platform.DisposeAsync();
        }

        private Contracts.Sharing.RegisteredPerson EntryOf(string person) =>
            platform.Provider(Services.Gateway).GetRequiredService<PeopleRegister>().Find(platform.Issuer.Issuer, person, null)?.Person
            ?? throw new InvalidOperationException($"The register has no {person}.");
    }
}
