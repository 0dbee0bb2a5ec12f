using Microsoft.Azure.Functions.Worker.Builder;
using ServerlessDrives;

var builder = FunctionsApplication.CreateBuilder(args);
builder.AddServerlessDrives();
builder.Build().Run();
