using Partnership.EventStore;
using Partnership.Marac.Actions;
using Partnership.Marac.Cases;
using Partnership.Marac.Flags;
using Partnership.Marac.Meetings;
using Partnership.Marac.Minutes;
using Partnership.Marac.Referrals;
using Partnership.Marac.Research;
using Partnership.Marac.Search;
using Partnership.Marac.Triage;
using Partnership.PartnershipSettings;
using Partnership.ServiceDefaults;

namespace Partnership.Marac;

/// <summary>The casework of the multi-agency risk assessment conference.</summary>
public static class MaracHost
{
    /// <summary>The host, built and not started: for running it, for <c>migrate</c>, and for tests.</summary>
    /// <param name="args">Command line.</param>
    /// <param name="configure">For tests: configuration, clock and addresses, before anything is read.</param>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateBuilder(args);
        configure?.Invoke(builder);
        builder.AddServiceDefaults(MaracService.Name);
        builder.AddCasework(new CaseworkService
        {
            Name = MaracService.Name,
            Events = EventTypes.FromAssembly(typeof(MaracHost).Assembly),
            Publications = Publications.Map(),
        });
        builder.Services.AddSingleton(services => PartnershipFile.Load(
            services.GetRequiredService<IConfiguration>()["Partnership:File"]
                ?? throw new InvalidOperationException("Partnership:File is not set.")));
        builder.Services.AddReferrals().AddCases().AddMeetings().AddResearch().AddMinutes().AddActions().AddFlags().AddTriage();

        var app = builder.Build();
        app.MapServiceDefaults();
        app.MapCasework().MapReferrals().MapCases().MapMeetings().MapResearch().MapMinutes().MapActions().MapFlags().MapSearch();
        return app;
    }
}
