using Partnership.Marac;
using Partnership.ServiceDefaults;

await using var app = MaracHost.Build(args);
if (Migration.IsWanted(args))
    return await Migration.RunAsync(app);
if (Rebuild.IsWanted(args))
    return await Rebuild.RunAsync(app, args, Console.Out, Console.Error);
if (Republishing.IsWanted(args))
    return await Republishing.RunAsync(app, args);

await app.RunAsync();
return 0;
