using Partnership.InformationSharing;
using Partnership.ServiceDefaults;

if (args is ["check", ..]) return CheckCommand.Run(args[1..], TimeProvider.System, Console.Out, Console.Error);

await using var app = InformationSharingHost.Build(args);
if (Migration.IsWanted(args)) return await Migration.RunAsync(app);
if (Rebuild.IsWanted(args)) return await Rebuild.RunAsync(app, args, Console.Out, Console.Error);
if (Republishing.IsWanted(args)) return await Republishing.RunAsync(app, args);
await app.RunAsync();
return 0;
