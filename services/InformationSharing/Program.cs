using Partnership.InformationSharing;

if (args is ["check", ..]) return CheckCommand.Run(args[1..], TimeProvider.System, Console.Out, Console.Error);

var builder = WebApplication.CreateBuilder(args);
var app = builder.Build();
app.Run();
return 0;
