# Runs statements through RPostgreSQL: Rscript client.R PORT < statements.json
# R has no whole numbers of 64 bits and no NULL beside NA, so NA is written as NULL and numbers have 17 digits at most.
suppressMessages({library(RPostgreSQL); library(jsonlite)})
port <- as.integer(commandArgs(TRUE)[1])
connection <- dbConnect(PostgreSQL(), host = "127.0.0.1", port = port, user = "tester", dbname = "gatehouse")
statements <- fromJSON(file("stdin"), simplifyVector = TRUE)

cell <- function(value) {
  if (is.na(value) && !is.nan(value)) return(NULL)
  if (inherits(value, "POSIXct")) return(format(value, "%Y-%m-%d %H:%M:%OS6", tz = "UTC"))
  if (is.numeric(value) && !inherits(value, "Date")) return(format(value, digits = 17))
  as.character(value)
}

results <- lapply(statements, function(sql) {
  tryCatch({
    frame <- dbGetQuery(connection, sql)
    list(rows = lapply(seq_len(nrow(frame)), function(row) lapply(frame, function(column) cell(column[row]))))
  }, error = function(e) list(error = conditionMessage(e)))
})
for (i in seq_along(results)) if (!is.null(results[[i]]$rows)) results[[i]]$rows <- lapply(results[[i]]$rows, unname)
cat(toJSON(results, auto_unbox = TRUE, null = "null"))
